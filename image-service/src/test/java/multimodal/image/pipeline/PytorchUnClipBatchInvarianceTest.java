package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** Rows of a prior, of a UNet that denoises pictures, and of super-resolution: three loops a request. */
class PytorchUnClipBatchInvarianceTest extends BatchInvariance {

    PytorchUnClipBatchInvarianceTest() {
        super("pytorch", ShippedModel.goldenRepository(), "random-karlo", 40);
    }
}
