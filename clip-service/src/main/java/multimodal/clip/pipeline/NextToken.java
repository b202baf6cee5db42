package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import multimodal.inference.tensor.Tensor;

/** One step of a decoder: what may come after each of some sequences. */
@FunctionalInterface
interface NextToken {

    /**
     * Scores the vocabulary.
     *
     * @param sequences ids without padding, at least 1 sequence, all of one length
     * @return float32 (sequences, vocabulary)
     */
    Tensor logits(List<List<Long>> sequences);

    /** As {@link #logits}, the rows apart. */
    default List<float[]> logitRows(List<List<Long>> sequences) {
        Tensor logits = logits(sequences);
        List<float[]> rows = new ArrayList<>();
        for (int row = 0; row < logits.rows(); row++) {
            rows.add(logits.row(row).floats());
        }
        return rows;
    }
}
