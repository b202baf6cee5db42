package multimodal.image.pipeline;

class PytorchBatchInvarianceTest extends BatchInvariance {

    PytorchBatchInvarianceTest() {
        super("pytorch");
    }
}
