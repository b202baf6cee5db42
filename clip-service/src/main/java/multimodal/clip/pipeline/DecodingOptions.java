package multimodal.clip.pipeline;

import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How token probabilities become a text.
 *
 * @param maxTokens new tokens at the most, 1 to the model's limit; absent: the model's limit
 * @param minTokens new tokens before the model may end the text, 0 to {@code maxTokens}
 * @param repetitionPenalty divides the score of tokens that the text already has, 0.1 to 10; 1 changes nothing
 * @param stopTexts end the text where the first of them appears
 */
public record DecodingOptions(
        OptionalInt maxTokens, int minTokens, Strategy strategy, float repetitionPenalty, List<String> stopTexts) {

    public DecodingOptions {
        stopTexts = List.copyOf(stopTexts);
    }

    /** Greedy, up to the model's limit. */
    public static DecodingOptions greedy() {
        return of(new Greedy());
    }

    /** So chosen, up to the model's limit. */
    public static DecodingOptions of(Strategy strategy) {
        return new DecodingOptions(OptionalInt.empty(), 0, strategy, 1, List.of());
    }

    public DecodingOptions withMaxTokens(OptionalInt tokens) {
        return new DecodingOptions(tokens, minTokens, strategy, repetitionPenalty, stopTexts);
    }

    public DecodingOptions withMinTokens(int tokens) {
        return new DecodingOptions(maxTokens, tokens, strategy, repetitionPenalty, stopTexts);
    }

    public DecodingOptions withStopTexts(String... texts) {
        return new DecodingOptions(maxTokens, minTokens, strategy, repetitionPenalty, List.of(texts));
    }

    /** How each token is chosen. */
    public sealed interface Strategy {

        /** Texts that are followed at least, whatever is asked for. */
        default int slots() {
            return 1;
        }
    }

    /** Always the likeliest token. */
    public record Greedy() implements Strategy {}

    /**
     * Drawn by chance.
     *
     * @param temperature divides the scores, above 0 to 10
     * @param topK keeps the likeliest tokens, 0 keeps all
     * @param topP keeps the likeliest tokens up to this sum of probabilities, above 0 to 1
     * @param seed of the draw; absent: one is drawn
     */
    public record Sampled(float temperature, int topK, float topP, OptionalLong seed) implements Strategy {}

    /**
     * The likeliest of several texts that are followed side by side.
     *
     * @param count texts that are followed, 1 to 8
     * @param lengthPenalty power of the length by which a text's log-probability is divided, -5 to 5
     */
    public record Beam(int count, float lengthPenalty) implements Strategy {

        @Override
        public int slots() {
            return count;
        }
    }
}
