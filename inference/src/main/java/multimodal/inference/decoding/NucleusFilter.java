package multimodal.inference.decoding;

import java.util.List;

/** Top-p, see {@link LogitsFilter#topP}. */
record NucleusFilter(double sum) implements LogitsFilter {

    @Override
    public float[] apply(float[] logits, List<Long> history) {
        if (sum == 1) {
            return logits;
        }
        int[] ascending = Ranking.ascending(logits);
        float[] probabilities = LogProbabilities.softmax(logits);
        float[] filtered = logits.clone();
        float rest = (float) (1 - sum);
        double cumulative = 0;
        for (int i = 0; i < ascending.length - 1; i++) {
            int token = ascending[i];
            cumulative += probabilities[token];
            if ((float) cumulative > rest) {
                break;
            }
            filtered[token] = Float.NEGATIVE_INFINITY;
        }
        return filtered;
    }
}
