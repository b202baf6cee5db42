package multimodal.inference.decoding;

import java.util.List;
import java.util.Optional;

/**
 * When a text ends.
 *
 * @param eosId the token that ends it; it is not part of the text
 * @param maxTokens new tokens at the most, at least 1; the end token does not count
 * @param stopTexts texts that end it where the first of them appears, each at least one character; not part of the text
 */
public record StopRule(long eosId, int maxTokens, List<String> stopTexts) {

    public StopRule {
        stopTexts = List.copyOf(stopTexts);
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: at least 1)");
        }
        if (stopTexts.contains("")) {
            throw new IllegalArgumentException("stopTexts: an empty text (expected: at least one character)");
        }
    }

    /** Whether the token ends the text. Ask before the token is added to it. */
    public boolean endsWith(long token) {
        return token == eosId;
    }

    /**
     * Whether the text ends after the token that was added last.
     *
     * @param tokens how many new tokens the text has
     * @param text the text that the tokens were added to
     */
    public Optional<FinishReason> check(int tokens, TokenText text) {
        if (text.isStopped()) {
            return Optional.of(FinishReason.STOP_TEXT);
        }
        return tokens >= maxTokens ? Optional.of(FinishReason.LENGTH) : Optional.empty();
    }
}
