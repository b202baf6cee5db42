package multimodal.image.pipeline;

class PytorchTextToImageLeakTest extends TextToImageLeak {

    PytorchTextToImageLeakTest() {
        super("pytorch");
    }
}
