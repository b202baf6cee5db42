package multimodal.clip.pipeline;

class RandomTextOnPytorchParityTest extends RandomTextParity {

    RandomTextOnPytorchParityTest() {
        super("pytorch");
    }
}
