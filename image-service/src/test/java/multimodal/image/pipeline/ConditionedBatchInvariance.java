package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/** Plain, masked and controlled rows on one UNet that takes all of them, tiny and random. */
abstract class ConditionedBatchInvariance extends BatchInvariance {

    ConditionedBatchInvariance(String engine) {
        super(engine, ShippedModel.goldenRepository(), "random-stable-diffusion-inpainting", 200);
    }
}
