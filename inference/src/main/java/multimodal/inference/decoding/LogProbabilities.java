package multimodal.inference.decoding;

/** Softmax over a vocabulary, in float32 with sums in float64. */
public final class LogProbabilities {

    private LogProbabilities() {}

    /** Probabilities of the tokens, each 0 to 1; the sum is 1 up to rounding. */
    public static float[] softmax(float[] logits) {
        double normalizer = logSumExp(logits);
        float[] probabilities = new float[logits.length];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = (float) Math.exp(logits[i] - normalizer);
        }
        return probabilities;
    }

    /** Natural logarithms of the probabilities, each 0 or less. */
    public static float[] logSoftmax(float[] logits) {
        double normalizer = logSumExp(logits);
        float[] logs = new float[logits.length];
        for (int i = 0; i < logs.length; i++) {
            logs[i] = (float) (logits[i] - normalizer);
        }
        return logs;
    }

    /** Natural logarithm of the probability of one token, 0 or less. */
    public static float of(float[] logits, int token) {
        return (float) (logits[token] - logSumExp(logits));
    }

    private static double logSumExp(float[] logits) {
        float max = logits[0];
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }
}
