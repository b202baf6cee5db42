package multimodal.clip.pipeline;

import multimodal.inference.decoding.LogProbabilities;

/**
 * How sure a model is of what it writes: the product of the probabilities of its tokens, the one that ends it included, with
 * all scores divided by one temperature (Guo et al. 2017). Not thread-safe.
 */
final class Confidence {

    private final double temperature;
    private double logProbability;

    /** @param temperature above 0; above 1 makes the model less sure */
    Confidence(double temperature) {
        this.temperature = temperature;
    }

    /** Takes in that {@code token} was chosen by these scores. */
    void add(float[] logits, int token) {
        float[] scaled = new float[logits.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (logits[i] / temperature);
        }
        logProbability += LogProbabilities.of(scaled, token);
    }

    /** Of all tokens so far together, 0 to 1. */
    double value() {
        return Math.exp(logProbability);
    }
}
