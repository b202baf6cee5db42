package multimodal.image.pipeline;

class PytorchStableDiffusionParityTest extends StableDiffusionParity {

    PytorchStableDiffusionParityTest() {
        super("pytorch");
    }
}
