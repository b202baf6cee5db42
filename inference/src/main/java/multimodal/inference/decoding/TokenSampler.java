package multimodal.inference.decoding;

import multimodal.inference.random.MersenneTwister;

/** Chooses the next token from filtered scores. One sampler serves one text; not thread-safe. */
@FunctionalInterface
public interface TokenSampler {

    /**
     * Chooses a token.
     *
     * @param logits one score for each token, at least one finite; minus infinity is never chosen
     * @return the token's id
     */
    int sample(float[] logits);

    /** The likeliest token; of equals the first. */
    static TokenSampler greedy() {
        return logits -> {
            int best = 0;
            for (int token = 1; token < logits.length; token++) {
                if (logits[token] > logits[best]) {
                    best = token;
                }
            }
            return best;
        };
    }

    /**
     * Draws by chance: one 53-bit uniform number of {@link MersenneTwister} for each token, looked up in the cumulative
     * probabilities in the order of the ids (float64). The same seed and scores give the same tokens on every machine;
     * they are not those of {@code torch.multinomial}, which draws a number for each id of the vocabulary.
     *
     * @param seed any, of which the low 32 bits count
     */
    static TokenSampler seeded(long seed) {
        MersenneTwister generator = new MersenneTwister(seed);
        return logits -> pick(LogProbabilities.softmax(logits), generator.nextDouble());
    }

    private static int pick(float[] probabilities, double uniform) {
        double total = 0;
        for (float probability : probabilities) {
            total += probability;
        }
        double left = uniform * total;
        int last = 0;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] > 0) {
                left -= probabilities[token];
                last = token;
                if (left < 0) {
                    return token;
                }
            }
        }
        return last;
    }
}
