package multimodal.image.pipeline;

class PytorchInpaintingParityTest extends InpaintingParity {

    PytorchInpaintingParityTest() {
        super("pytorch");
    }
}
