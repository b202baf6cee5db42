package multimodal.image.steps;

import java.util.Optional;
import multimodal.inference.admission.Permit;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;

/**
 * A loaded unCLIP model (Ramesh et al. 2022): what makes CLIP image embeddings of pictures and of prompts, and of an
 * embedding the pooled prompt state that the UNet of its base model paints from.
 *
 * @param handle runs the artifacts {@code image_projection}, {@code image_encoder} if it sees pictures, and with a prior
 *     {@code prior}, {@code prior_embedding} and, if it does not read with that of its base model, {@code text_encoder}
 * @param base name of the text-to-image model that it was trained for
 * @param prior makes embeddings of prompts, if it does
 * @param keepsPrompt whether the UNet reads the prompt beside the embedding that was made of it
 */
public record UnClipModel(ModelHandle handle, String base, Optional<Prior> prior, boolean keepsPrompt)
        implements AutoCloseable {

    /** The task in the manifests of such models. */
    public static final String TASK = "unclip";

    /** The parameter of a manifest that names {@link #base}. */
    public static final String BASE = "base";

    private static final String PRIOR = "prior";
    private static final String KEEPS_PROMPT = "keeps_prompt";

    /**
     * Reads the manifest's parameters; a handle whose model is none such is closed.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} naming a key that is missing or wrong
     */
    public static UnClipModel of(ModelHandle handle) {
        try {
            Parameters parameters = handle.manifest().parameters();
            Optional<Prior> prior =
                    parameters.has(PRIOR) ? Optional.of(Prior.from(parameters.section(PRIOR))) : Optional.empty();
            boolean keepsPrompt = parameters.has(KEEPS_PROMPT) && parameters.flag(KEEPS_PROMPT);
            return new UnClipModel(handle, parameters.text(BASE), prior, keepsPrompt);
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

    /** Whether it makes embeddings of pictures. */
    public boolean seesPictures() {
        return manifest().artifacts().containsKey(ImageEncoder.ARTIFACT);
    }

    /**
     * What reads prompts for the prior: its own text encoder if it has one.
     *
     * @param own permit for this model
     * @param base what reads for the base model
     */
    public PromptEncoder encoder(Permit own, PromptEncoder base) {
        boolean hasOwn = manifest().artifacts().containsKey(PromptEncoder.ARTIFACT);
        return hasOwn ? new PromptEncoder(handle, own) : base;
    }

    /** Ends the use of the model. */
    @Override
    public void close() {
        handle.close();
    }
}
