package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** From a picture, with the model that ships. */
class ImageToImageParityTest extends SamplersParity {

    ImageToImageParityTest() {
        super(ShippedModel.repository(), "sticker-diffusion", "image_to_image");
    }
}
