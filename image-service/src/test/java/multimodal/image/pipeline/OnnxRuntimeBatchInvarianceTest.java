package multimodal.image.pipeline;

class OnnxRuntimeBatchInvarianceTest extends BatchInvariance {

    OnnxRuntimeBatchInvarianceTest() {
        super("onnxruntime");
    }
}
