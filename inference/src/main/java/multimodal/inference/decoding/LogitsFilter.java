package multimodal.inference.decoding;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Changes the scores of the next token before it is chosen. Each filter equals the processor of the same name in
 * transformers, in float32 as there; {@link #chain} them in the order of {@code generate}: repetition penalty, least length,
 * temperature, top-k, top-p.
 */
@FunctionalInterface
public interface LogitsFilter {

    /**
     * Filters scores.
     *
     * @param logits one score for each token of the vocabulary, not changed; minus infinity where a token is out
     * @param history ids of the sequence so far, prompt included
     * @return new scores, as many; at least one is finite if one was before
     */
    float[] apply(float[] logits, List<Long> history);

    /** The filters one after another; without any, the scores stay as they are. */
    static LogitsFilter chain(List<LogitsFilter> filters) {
        List<LogitsFilter> ordered = List.copyOf(filters);
        return (logits, history) -> {
            float[] filtered = logits;
            for (LogitsFilter filter : ordered) {
                filtered = filter.apply(filtered, history);
            }
            return filtered;
        };
    }

    /**
     * Divides the positive scores of tokens in the history by {@code penalty} and multiplies the negative ones (Keskar et
     * al. 2019).
     *
     * @param penalty above 0; 1 changes nothing, more makes repetition rarer
     */
    static LogitsFilter repetitionPenalty(float penalty) {
        require(penalty > 0 && Float.isFinite(penalty), "penalty", penalty, "finite, above 0");
        return (logits, history) -> {
            float[] filtered = logits.clone();
            Set<Long> seen = new HashSet<>(history);
            for (long id : seen) {
                float score = logits[(int) id];
                filtered[(int) id] = score < 0 ? score * penalty : score / penalty;
            }
            return filtered;
        };
    }

    /**
     * Takes {@code endId} out while the sequence has fewer than {@code least} ids, the prompt's included.
     *
     * @param least 0 or more; what the prompt has, or less, changes nothing
     */
    static LogitsFilter leastLength(long endId, int least) {
        return (logits, history) -> {
            if (history.size() >= least) {
                return logits;
            }
            float[] filtered = logits.clone();
            filtered[(int) endId] = Float.NEGATIVE_INFINITY;
            return filtered;
        };
    }

    /**
     * Divides every score by {@code temperature}.
     *
     * @param temperature above 0; lower is closer to greedy
     */
    static LogitsFilter temperature(float temperature) {
        require(temperature > 0 && Float.isFinite(temperature), "temperature", temperature, "finite, above 0");
        return (logits, history) -> {
            float[] filtered = new float[logits.length];
            for (int i = 0; i < filtered.length; i++) {
                filtered[i] = logits[i] / temperature;
            }
            return filtered;
        };
    }

    /**
     * Keeps the {@code count} best tokens, and those that equal the last of them.
     *
     * @param count at least 1; the vocabulary or more keeps all
     */
    static LogitsFilter topK(int count) {
        require(count >= 1, "top_k", count, "at least 1");
        return (logits, history) -> {
            if (count >= logits.length) {
                return logits;
            }
            float[] sorted = logits.clone();
            Arrays.sort(sorted);
            float least = sorted[sorted.length - count];
            float[] filtered = logits.clone();
            for (int i = 0; i < filtered.length; i++) {
                if (filtered[i] < least) {
                    filtered[i] = Float.NEGATIVE_INFINITY;
                }
            }
            return filtered;
        };
    }

    /**
     * Keeps the smallest set of likeliest tokens whose probabilities reach {@code sum}, at least one (nucleus sampling,
     * Holtzman et al. 2020). Of equal scores the later token is kept first.
     *
     * @param sum above 0 to 1; 1 keeps all
     */
    static LogitsFilter topP(double sum) {
        require(sum > 0 && sum <= 1, "top_p", sum, "above 0 to 1");
        return new NucleusFilter(sum);
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
