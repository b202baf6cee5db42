package multimodal.clip.pipeline;

import multimodal.clip.testing.EmbeddedModels;

class RandomClipOnOnnxRuntimeParityTest extends ClipParityContract {

    RandomClipOnOnnxRuntimeParityTest() {
        super(() -> EmbeddedModels.loadRandom("onnxruntime", "clip"), "random-clip");
    }
}
