package multimodal.image.steps;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import multimodal.inference.admission.Permit;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import multimodal.media.PixelValues;

/** Pictures to latents, by the {@code vae_encoder} artifact. */
public final class LatentEncoder {

    static final String ARTIFACT = "vae_encoder";

    private static final int CHANNELS = 3;
    private static final List<Float> HALVES = Collections.nCopies(CHANNELS, 0.5f);

    private LatentEncoder() {}

    /**
     * Encodes a picture: the mean of what the encoder gives, without the noise that diffusers draws around it, so that the
     * same picture always has the same latents.
     *
     * @param picture of a size that the model can make
     * @return float32 (1, channels, height, width), scaled as the UNet sees them
     */
    public static Tensor encode(DiffusionModel model, Permit permit, Picture picture) {
        return encode(model, permit, image(picture));
    }

    /** A picture as the encoder reads it: float32 (1, 3, height, width) in −1 to 1. */
    static Tensor image(Picture picture) {
        float[] values = PixelValues.normalized(picture, HALVES, HALVES);
        return Tensor.of(values, 1, CHANNELS, picture.height(), picture.width());
    }

    /** As {@link #encode(DiffusionModel, Permit, Picture)}, of an {@link #image}. */
    static Tensor encode(DiffusionModel model, Permit permit, Tensor image) {
        return model.handle().run(permit, ARTIFACT, Map.of("image", image)).get("latents");
    }
}
