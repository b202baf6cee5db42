package multimodal.image.pipeline;

class OnnxRuntimeConditionedBatchInvarianceTest extends ConditionedBatchInvariance {

    OnnxRuntimeConditionedBatchInvarianceTest() {
        super("onnxruntime");
    }
}
