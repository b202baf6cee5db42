package multimodal.image.pipeline;

class OnnxRuntimeTextToImageLeakTest extends TextToImageLeak {

    OnnxRuntimeTextToImageLeakTest() {
        super("onnxruntime");
    }
}
