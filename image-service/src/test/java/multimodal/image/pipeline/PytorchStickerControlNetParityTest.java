package multimodal.image.pipeline;

class PytorchStickerControlNetParityTest extends StickerControlNetParity {

    PytorchStickerControlNetParityTest() {
        super("pytorch");
    }
}
