package multimodal.image.pipeline;

class PytorchKarloParityTest extends KarloParity {

    PytorchKarloParityTest() {
        super("pytorch");
    }
}
