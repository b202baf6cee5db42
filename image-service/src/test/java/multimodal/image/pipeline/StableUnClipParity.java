package multimodal.image.pipeline;

import multimodal.image.testing.ShippedModel;

/**
 * A checkpoint of Stable unCLIP with Karlo's kind of prior, tiny and random, as {@code models/export/export.sh} exports real
 * ones, against diffusers' own {@code StableUnCLIPPipeline} and {@code StableUnCLIPImg2ImgPipeline} on the folders they came
 * from. What they need and the model that ships does not comes from their manifests alone: a prior with guidance and a text
 * encoder of its own, noise in the embedding, the prompt beside it, and no embedding where nothing is like anything.
 */
abstract class StableUnClipParity extends UnClipParity {

    StableUnClipParity(String engine) {
        super(engine, ShippedModel.goldenRepository(), "random-stable-unclip", "random-stable-unclip-likeness");
    }
}
