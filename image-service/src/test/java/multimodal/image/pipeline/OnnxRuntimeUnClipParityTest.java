package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** The unCLIP model that ships. */
class OnnxRuntimeUnClipParityTest extends UnClipParity {

    OnnxRuntimeUnClipParityTest() {
        super("onnxruntime", ShippedModel.repository(), "sticker-diffusion", "sticker-unclip");
    }
}
