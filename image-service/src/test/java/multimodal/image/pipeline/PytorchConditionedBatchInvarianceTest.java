package multimodal.image.pipeline;

class PytorchConditionedBatchInvarianceTest extends ConditionedBatchInvariance {

    PytorchConditionedBatchInvarianceTest() {
        super("pytorch");
    }
}
