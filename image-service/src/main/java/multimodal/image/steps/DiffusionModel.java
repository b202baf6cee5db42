package multimodal.image.steps;

import java.util.Optional;
import multimodal.inference.diffusion.NoiseSchedule;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Shape;

/**
 * A loaded text-to-image model, and what its manifest says about it.
 *
 * @param handle runs the artifacts {@code text_encoder}, {@code unet}, {@code vae_decoder}, if there is one {@code
 *     vae_encoder}, and those of its super-resolution
 * @param schedule the noise schedule that the model was trained with, and the scheduler when the request does not say
 * @param latentChannels channels of its latents; of a model that denoises pictures themselves, 3
 * @param downscaleFactor pixels of a picture's side for each of its latents'
 * @param size pictures that it can make
 * @param defaultSteps denoising steps when the request does not say
 * @param defaultGuidanceScale guidance when the request does not say
 * @param superResolution makes what the decoder enlarges as sharp as it is large, if there is one
 */
public record DiffusionModel(
        ModelHandle handle,
        NoiseSchedule schedule,
        int latentChannels,
        int downscaleFactor,
        PictureSize size,
        int defaultSteps,
        float defaultGuidanceScale,
        Optional<SuperResolution> superResolution)
        implements AutoCloseable {

    /** The task in the manifests of such models. */
    public static final String TASK = "text-to-image";

    /**
     * Reads the manifest's parameters; a handle whose model is none such is closed.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} naming a key that is missing or wrong
     */
    public static DiffusionModel of(ModelHandle handle) {
        try {
            return read(handle, handle.manifest().parameters());
        } catch (RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    private static DiffusionModel read(ModelHandle handle, Parameters parameters) {
        return new DiffusionModel(
                handle,
                NoiseSchedule.from(parameters),
                parameters.integer("latent_channels"),
                parameters.integer("downscale_factor"),
                PictureSize.of(parameters.section("size")),
                parameters.integer("default_steps"),
                (float) parameters.number("default_guidance_scale"),
                SuperResolution.of(parameters));
    }

    public ModelManifest manifest() {
        return handle.manifest();
    }

    /** Its name, as in the repository. */
    public String name() {
        return manifest().id().name();
    }

    /** Whether ControlNets can steer it. */
    public boolean isControllable() {
        return Residuals.areTakenBy(this);
    }

    /** Whether it can paint a part of a picture anew. */
    public boolean inpaints() {
        return Surroundings.areTakenBy(this);
    }

    /** Ends the use of the model. */
    @Override
    public void close() {
        handle.close();
    }

    /** A prompt as the ids that {@code text_encoder} reads. */
    public PromptTokens tokens(String prompt) {
        return PromptTokens.of(handle.tokenizer(), manifest().tokenizer().orElseThrow(), prompt);
    }

    /** Tokens of a prompt, the special ones included, cut or not. */
    public int tokenCount(String prompt) {
        return handle.tokenizer().encode(prompt).ids().size();
    }

    /** Tokens that {@code text_encoder} reads, the special ones included. */
    public int tokenLimit() {
        return manifest().tokenizer().orElseThrow().maxLength();
    }

    /** Whether the UNet takes a prompt's pooled state, and so can paint from an image embedding that takes its place. */
    public boolean takesPooledText() {
        return takes("unet", PromptConditioning.POOLED_INPUT);
    }

    /** Shape of the latents of {@code imageCount} pictures, whose sides are in pixels: (pictures, channels, height, width). */
    public Shape latents(int imageCount, int width, int height) {
        return Shape.of(imageCount, latentChannels, height / downscaleFactor, width / downscaleFactor);
    }

    /** Whether it can start from a picture: not every model has an encoder. */
    public boolean readsPictures() {
        return manifest().artifacts().containsKey(LatentEncoder.ARTIFACT);
    }

    /** Whether an input of this name goes into {@code artifact}. */
    boolean takes(String artifact, String input) {
        return manifest().artifacts().get(artifact).inputs().stream()
                .anyMatch(spec -> spec.name().equals(input));
    }
}
