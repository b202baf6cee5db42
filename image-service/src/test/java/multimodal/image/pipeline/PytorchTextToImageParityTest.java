package multimodal.image.pipeline;

class PytorchTextToImageParityTest extends TextToImageParity {

    PytorchTextToImageParityTest() {
        super("pytorch");
    }
}
