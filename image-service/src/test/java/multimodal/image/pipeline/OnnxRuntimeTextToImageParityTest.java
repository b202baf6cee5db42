package multimodal.image.pipeline;

class OnnxRuntimeTextToImageParityTest extends TextToImageParity {

    OnnxRuntimeTextToImageParityTest() {
        super("onnxruntime");
    }
}
