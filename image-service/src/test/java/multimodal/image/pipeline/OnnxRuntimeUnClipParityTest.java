package multimodal.image.pipeline;

class OnnxRuntimeUnClipParityTest extends UnClipParity {

    OnnxRuntimeUnClipParityTest() {
        super("onnxruntime");
    }
}
