package multimodal.clip.pipeline;

class TextOnOnnxRuntimeParityTest extends TextParityContract {

    TextOnOnnxRuntimeParityTest() {
        super("onnxruntime");
    }
}
