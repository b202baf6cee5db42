package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** Rows of a prior, of a UNet that denoises pictures, and of super-resolution: three loops a request. */
class OnnxRuntimeUnClipBatchInvarianceTest extends BatchInvariance {

    OnnxRuntimeUnClipBatchInvarianceTest() {
        super("onnxruntime", ShippedModel.goldenRepository(), "random-karlo", 40);
    }
}
