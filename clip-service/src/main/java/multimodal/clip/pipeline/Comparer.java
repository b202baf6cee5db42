package multimodal.clip.pipeline;

import java.util.ArrayList;
import java.util.List;
import multimodal.clip.steps.Vectors;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;

/** Measures how near contents are to each other. Thread-safe. */
public final class Comparer {

    private final ContentEncoder encoder;

    public Comparer(ContentEncoder encoder) {
        this.encoder = encoder;
    }

    /**
     * Compares every row with every column.
     *
     * @param rows at least 1
     * @param columns at least 1
     */
    public SimilarityMatrix compare(
            ModelHandle model, List<Content> rows, List<Content> columns, RequestContext context) {
        List<Content> all = new ArrayList<>(rows);
        all.addAll(columns);
        try (Permit permit = model.admit(context, ContentEncoder.cost(all))) {
            ContentEncoder.Encoded encoded = encoder.encode(model, permit, all);
            Tensor cosines = cosines(encoded.embeddings(), rows.size());
            float logitScale = (float) model.manifest().parameters().number("logit_scale");
            return new SimilarityMatrix(cosines, logitScale, WorkInfo.of(model, permit, encoded.cutTexts()));
        }
    }

    /** Of the first {@code rows} embeddings with each of the others. */
    private static Tensor cosines(Tensor embeddings, int rows) {
        int columns = embeddings.rows() - rows;
        float[] cosines = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                cosines[row * columns + column] = Vectors.cosine(embeddings, row, embeddings, rows + column);
            }
        }
        return Tensor.of(cosines, rows, columns);
    }
}
