package multimodal.image.pipeline;

import java.nio.file.Path;

/** From noise and from a picture, against diffusers' own pipelines on a tiny random checkpoint. */
class StableDiffusionSamplersParityTest extends SamplersParity {

    StableDiffusionSamplersParityTest() {
        super(
                Path.of(System.getProperty("fleet.root"), "models", "golden", "repository"),
                "random-stable-diffusion-samplers");
    }
}
