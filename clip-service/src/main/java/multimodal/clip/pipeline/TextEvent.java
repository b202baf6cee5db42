package multimodal.clip.pipeline;

import multimodal.inference.decoding.FinishReason;

/** What a text that is being made tells: any number of tokens, then one result. */
public sealed interface TextEvent {

    /**
     * The next token.
     *
     * @param text what it adds; the pieces joined in order are the text of the result
     * @param id in the model's vocabulary
     * @param logProbability natural logarithm of the model's own probability for it, at most 0
     */
    record Token(String text, long id, float logProbability) implements TextEvent {}

    /**
     * The text is done.
     *
     * @param tokenCount tokens that were made, without the one that ends a text
     */
    record Result(String text, FinishReason finishReason, int tokenCount, WorkInfo info) implements TextEvent {}
}
