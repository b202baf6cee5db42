package multimodal.clip.pipeline;

import multimodal.clip.testing.EmbeddedModels;

class RandomClipOnPytorchParityTest extends ClipParityContract {

    RandomClipOnPytorchParityTest() {
        super(() -> EmbeddedModels.loadRandom("pytorch", "clip"), "random-clip");
    }
}
