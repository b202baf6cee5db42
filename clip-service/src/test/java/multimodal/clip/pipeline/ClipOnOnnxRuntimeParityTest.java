package multimodal.clip.pipeline;

class ClipOnOnnxRuntimeParityTest extends ClipParityContract {

    ClipOnOnnxRuntimeParityTest() {
        super("onnxruntime");
    }
}
