package multimodal.image.pipeline;

class OnnxRuntimeKarloParityTest extends KarloParity {

    OnnxRuntimeKarloParityTest() {
        super("onnxruntime");
    }
}
