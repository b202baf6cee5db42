package multimodal.image.steps;

import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.UnClipSchedulerOptions;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;

/**
 * A loaded unCLIP model (Ramesh et al. 2022): what makes CLIP image embeddings of pictures and of prompts, and of an
 * embedding the pooled prompt state that the UNet of its base model paints from.
 *
 * @param handle runs the artifacts {@code image_encoder}, {@code prior}, {@code prior_embedding} and {@code
 *     image_projection}
 * @param base name of the text-to-image model that it was trained for
 * @param scheduler the noise schedule that the prior was trained with
 * @param priorSteps steps that the prior takes
 * @param priorGuidance how strongly a prompt steers the prior
 */
public record UnClipModel(
        ModelHandle handle,
        String base,
        UnClipSchedulerOptions scheduler,
        int priorSteps,
        ClassifierFreeGuidance priorGuidance)
        implements AutoCloseable {

    /** The task in the manifests of such models. */
    public static final String TASK = "unclip";

    /** The parameter of a manifest that names {@link #base}. */
    public static final String BASE = "base";

    /**
     * Reads the manifest's parameters; a handle whose model is none such is closed.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} naming a key that is missing or wrong
     */
    public static UnClipModel of(ModelHandle handle) {
        try {
            Parameters prior = handle.manifest().parameters().section("prior");
            return new UnClipModel(
                    handle,
                    handle.manifest().parameters().text(BASE),
                    UnClipSchedulerOptions.from(prior),
                    prior.integer("steps"),
                    new ClassifierFreeGuidance((float) prior.number("guidance_scale")));
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    public ModelManifest manifest() {
        return handle.manifest();
    }

    /** Coordinates of its image embeddings. */
    public int embeddingLength() {
        return manifest()
                .artifacts()
                .get(ImageProjection.ARTIFACT)
                .inputs()
                .get(0)
                .shape()
                .dimension(1);
    }

    /** Ends the use of the model. */
    @Override
    public void close() {
        handle.close();
    }
}
