package multimodal.image.steps;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import multimodal.media.PixelValues;

/** Latents to pictures, by the {@code vae_decoder} artifact. */
public final class LatentDecoder {

    private static final String ARTIFACT = "vae_decoder";

    private LatentDecoder() {}

    /**
     * Decodes latents in one call; a picture depends on its own latents alone.
     *
     * @param latents float32 (pictures, channels, height, width), scaled as the UNet sees them
     * @return float32 (pictures, 3, height, width), black to white in −1 to 1 and perhaps a little beyond
     */
    public static Tensor decode(DiffusionModel model, Permit permit, Tensor latents) {
        return model.handle().run(permit, ARTIFACT, Map.of("latents", latents)).get("image");
    }

    /** Images, as {@link #decode} gives them, as pictures. */
    public static List<Picture> pictures(Tensor images) {
        int height = images.shape().dimension(2);
        int width = images.shape().dimension(3);
        int stride = images.shape().elementCount() / images.rows();
        return IntStream.range(0, images.rows())
                .mapToObj(row -> PixelValues.picture(images.floats(), row * stride, width, height))
                .toList();
    }
}
