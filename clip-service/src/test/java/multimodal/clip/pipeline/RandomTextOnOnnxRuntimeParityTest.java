package multimodal.clip.pipeline;

class RandomTextOnOnnxRuntimeParityTest extends RandomTextParity {

    RandomTextOnOnnxRuntimeParityTest() {
        super("onnxruntime");
    }
}
