package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** The unCLIP model that ships. */
class PytorchUnClipParityTest extends UnClipParity {

    PytorchUnClipParityTest() {
        super("pytorch", ShippedModel.repository(), "sticker-diffusion", "sticker-unclip");
    }
}
