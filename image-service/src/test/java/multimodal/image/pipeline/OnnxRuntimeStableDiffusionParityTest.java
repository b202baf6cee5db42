package multimodal.image.pipeline;

class OnnxRuntimeStableDiffusionParityTest extends StableDiffusionParity {

    OnnxRuntimeStableDiffusionParityTest() {
        super("onnxruntime");
    }
}
