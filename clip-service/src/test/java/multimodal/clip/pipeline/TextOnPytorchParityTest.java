package multimodal.clip.pipeline;

class TextOnPytorchParityTest extends TextParityContract {

    TextOnPytorchParityTest() {
        super("pytorch");
    }
}
