package multimodal.clip.pipeline;

import multimodal.clip.testing.EmbeddedModels;

class ClipOnOnnxRuntimeParityTest extends ClipParityContract {

    ClipOnOnnxRuntimeParityTest() {
        super(() -> EmbeddedModels.load("onnxruntime", "clip"), "clip");
    }
}
