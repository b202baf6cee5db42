package multimodal.image.steps;

import java.util.HashMap;
import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/** CLIP image embeddings to pooled prompt states, by the {@code image_projection} artifact. */
public final class ImageProjection {

    static final String ARTIFACT = "image_projection";

    private static final String EMBEDDINGS = "image_embeds";
    private static final String NOISE = "noise";

    private ImageProjection() {}

    static Cost cost() {
        return Cost.of(ARTIFACT, 1);
    }

    /**
     * States that the UNet paints from as from a prompt that tells all that the picture shows.
     *
     * @param embeddings float32 (pictures or 1, coordinates), of any length above 0
     * @param noise of which the next draw goes into each picture's embedding, where the UNet was trained on noisy ones
     * @return float32 (pictures or 1, dimension)
     */
    public static Tensor project(UnClipModel model, Permit permit, Tensor embeddings, LatentNoise noise) {
        Map<String, Tensor> inputs = new HashMap<>(Map.of(EMBEDDINGS, embeddings));
        if (takesNoise(model)) {
            Tensor drawn = noise.next(Shape.of(1, model.embeddingLength()));
            boolean isForEach = embeddings.rows() == drawn.rows();
            inputs.put(EMBEDDINGS, isForEach ? embeddings : embeddings.repeat(drawn.rows()));
            inputs.put(NOISE, drawn);
        }
        return model.handle().run(permit, ARTIFACT, inputs).get("text_embeds");
    }

    private static boolean takesNoise(UnClipModel model) {
        return model.manifest().artifacts().get(ARTIFACT).inputs().stream()
                .anyMatch(input -> input.name().equals(NOISE));
    }
}
