package multimodal.image.steps;

import java.util.Map;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;

/** The artifacts of a prior: {@code prior}, whose steps make image embeddings of noise, and {@code prior_embedding}. */
public final class Prior {

    public static final String ARTIFACT = "prior";

    private Prior() {}

    /**
     * What the prior ends with as embeddings: its mean and deviation put back.
     *
     * @param sample after the last step, float32 (pictures, coordinates)
     * @return float32 of the same shape
     */
    public static Tensor embeddings(UnClipModel model, Permit permit, Tensor sample) {
        return model.handle()
                .run(permit, "prior_embedding", Map.of("sample", sample))
                .get("image_embeds");
    }
}
