package multimodal.image.pipeline;

class OnnxRuntimeControlNetParityTest extends ControlNetParity {

    OnnxRuntimeControlNetParityTest() {
        super("onnxruntime");
    }
}
