package multimodal.image.pipeline;

class OnnxRuntimeStableUnClipParityTest extends StableUnClipParity {

    OnnxRuntimeStableUnClipParityTest() {
        super("onnxruntime");
    }
}
