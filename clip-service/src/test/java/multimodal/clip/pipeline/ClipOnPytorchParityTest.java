package multimodal.clip.pipeline;

class ClipOnPytorchParityTest extends ClipParityContract {

    ClipOnPytorchParityTest() {
        super("pytorch");
    }
}
