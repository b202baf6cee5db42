package multimodal.image.pipeline;

class PytorchStableUnClipParityTest extends StableUnClipParity {

    PytorchStableUnClipParityTest() {
        super("pytorch");
    }
}
