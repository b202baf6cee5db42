package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** The ControlNet that ships beside the UNet that ships. */
abstract class StickerControlNetParity extends TextToImageParity {

    StickerControlNetParity(String engine) {
        super(engine, ShippedModel.repository(), "sticker-diffusion", "sticker-controlnet-canny");
    }
}
