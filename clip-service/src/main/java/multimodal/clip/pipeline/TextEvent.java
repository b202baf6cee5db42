package multimodal.clip.pipeline;

import java.util.List;
import multimodal.inference.decoding.FinishReason;

/** What texts that are being made tell: any number of tokens, then one result. */
public sealed interface TextEvent {

    /**
     * The next token.
     *
     * @param sequence which of several texts it belongs to, from 0
     * @param text what it adds; the pieces joined in order are the text of the result
     * @param id in the model's vocabulary
     * @param logProbability natural logarithm of the model's own probability for it, at most 0
     */
    record Token(int sequence, String text, long id, float logProbability) implements TextEvent {}

    /**
     * All texts are done.
     *
     * @param texts at least one, in the order of {@link Token#sequence}
     */
    record Result(List<MadeText> texts, WorkInfo info) implements TextEvent {

        public Result {
            texts = List.copyOf(texts);
        }

        /** The only text, or the first. */
        public MadeText first() {
            return texts.get(0);
        }
    }

    /**
     * A finished text.
     *
     * @param tokenCount tokens that were made, without the one that ends a text
     * @param logProbability of all its tokens together
     */
    record MadeText(String text, FinishReason finishReason, int tokenCount, double logProbability) {}
}
