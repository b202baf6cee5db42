package multimodal.image.pipeline;

class PytorchControlNetParityTest extends ControlNetParity {

    PytorchControlNetParityTest() {
        super("pytorch");
    }
}
