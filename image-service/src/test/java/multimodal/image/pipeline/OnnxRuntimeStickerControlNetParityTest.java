package multimodal.image.pipeline;

class OnnxRuntimeStickerControlNetParityTest extends StickerControlNetParity {

    OnnxRuntimeStickerControlNetParityTest() {
        super("onnxruntime");
    }
}
