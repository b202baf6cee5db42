package multimodal.clip.pipeline;

class FusionOnPytorchParityTest extends FusionParityContract {

    FusionOnPytorchParityTest() {
        super("pytorch");
    }
}
