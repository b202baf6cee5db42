package multimodal.image.steps;

import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;

/** CLIP image embeddings to pooled prompt states, by the {@code image_projection} artifact. */
public final class ImageProjection {

    static final String ARTIFACT = "image_projection";

    private ImageProjection() {}

    static Cost cost() {
        return new Cost(ARTIFACT, 1, 1, 1);
    }

    /**
     * States that the UNet paints from as from a prompt that tells all that the picture shows.
     *
     * @param embeddings float32 (pictures, coordinates), of any length above 0
     * @return float32 (pictures, dimension)
     */
    public static Tensor project(UnClipModel model, Permit permit, Tensor embeddings) {
        return model.handle()
                .run(permit, ARTIFACT, Map.of("image_embeds", embeddings))
                .get("text_embeds");
    }
}
