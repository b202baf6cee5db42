package multimodal.clip.pipeline;

class FusionOnOnnxRuntimeParityTest extends FusionParityContract {

    FusionOnOnnxRuntimeParityTest() {
        super("onnxruntime");
    }
}
