package multimodal.clip.pipeline;

import multimodal.clip.testing.EmbeddedModels;

class ClipOnPytorchParityTest extends ClipParityContract {

    ClipOnPytorchParityTest() {
        super(() -> EmbeddedModels.load("pytorch", "clip"), "clip");
    }
}
