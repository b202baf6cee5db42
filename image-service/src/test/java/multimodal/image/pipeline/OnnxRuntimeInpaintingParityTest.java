package multimodal.image.pipeline;

class OnnxRuntimeInpaintingParityTest extends InpaintingParity {

    OnnxRuntimeInpaintingParityTest() {
        super("onnxruntime");
    }
}
