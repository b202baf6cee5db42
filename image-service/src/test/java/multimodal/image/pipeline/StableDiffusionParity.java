package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/**
 * A checkpoint of Stable Diffusion's kind, tiny and random, as {@code models/export/export.sh} exports a real one, against
 * diffusers' own {@code StableDiffusionPipeline} on the folder it came from: what such a checkpoint needs and the model that
 * ships does not comes from its manifest alone. Its UNet takes the residuals of ControlNets, which are zeros here.
 */
abstract class StableDiffusionParity extends TextToImageParity {

    StableDiffusionParity(String engine) {
        super(engine, ShippedModel.goldenRepository(), "random-stable-diffusion", "random-stable-diffusion");
    }
}
