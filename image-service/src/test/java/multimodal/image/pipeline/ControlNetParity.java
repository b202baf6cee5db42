package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/**
 * A ControlNet beside the UNet that it was made for, tiny and random both, against diffusers' own {@code
 * StableDiffusionControlNetPipeline}: scales, parts of the steps, guess mode, and two controls at once.
 */
abstract class ControlNetParity extends TextToImageParity {

    ControlNetParity(String engine) {
        super(engine, ShippedModel.goldenRepository(), "random-stable-diffusion", "random-canny");
    }
}
