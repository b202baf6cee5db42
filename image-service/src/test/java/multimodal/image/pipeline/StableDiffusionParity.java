package multimodal.image.pipeline;

import java.nio.file.Path;

/**
 * A checkpoint of Stable Diffusion's kind, tiny and random, as {@code models/export/export.sh} exports a real one, against
 * diffusers' own {@code StableDiffusionPipeline} on the folder it came from: what such a checkpoint needs and the model that
 * ships does not comes from its manifest alone.
 */
abstract class StableDiffusionParity extends TextToImageParity {

    StableDiffusionParity(String engine) {
        super(
                engine,
                Path.of(System.getProperty("fleet.root"), "models", "golden", "repository"),
                "random-stable-diffusion");
    }
}
