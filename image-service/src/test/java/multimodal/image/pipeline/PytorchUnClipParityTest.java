package multimodal.image.pipeline;

class PytorchUnClipParityTest extends UnClipParity {

    PytorchUnClipParityTest() {
        super("pytorch");
    }
}
