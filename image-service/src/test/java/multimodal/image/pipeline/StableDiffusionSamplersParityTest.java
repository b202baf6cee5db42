package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** From noise and from a picture, against diffusers' own pipelines on a tiny random checkpoint. */
class StableDiffusionSamplersParityTest extends SamplersParity {

    StableDiffusionSamplersParityTest() {
        super(ShippedModel.goldenRepository(), "random-stable-diffusion", "random-stable-diffusion-samplers");
    }
}
