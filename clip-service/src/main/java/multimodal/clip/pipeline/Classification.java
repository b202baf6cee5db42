package multimodal.clip.pipeline;

import java.util.List;

/**
 * How well each label fits.
 *
 * @param scores likeliest first, equally likely ones in the order of the request
 */
public record Classification(List<Score> scores, WorkInfo info) {

    public Classification {
        scores = List.copyOf(scores);
    }

    /**
     * One label.
     *
     * @param index its place in the request
     * @param probability among the labels of the request, 0 to 1
     * @param similarity cosine between picture and label, -1 to 1
     */
    public record Score(int index, double probability, float similarity) {}
}
