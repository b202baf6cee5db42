package multimodal.image.steps;

import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.repository.Preprocessing;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import multimodal.media.PictureScaler;
import multimodal.media.PixelValues;

/** Pictures to CLIP image embeddings, by the {@code image_encoder} artifact. */
public final class ImageEncoder {

    static final String ARTIFACT = "image_encoder";
    private static final int CHANNELS = 3;

    private ImageEncoder() {}

    /** What the encoder sees of a picture: a square of its size. */
    public static Picture square(UnClipModel model, Picture picture) {
        Preprocessing preprocessing = preprocessing(model);
        int side = preprocessing.imageSize();
        return switch (preprocessing.fit()) {
            case COVER -> PictureScaler.coverSquare(picture, side);
            case STRETCH -> PictureScaler.resize(picture, side, side);
        };
    }

    static Cost cost() {
        return Cost.of(ARTIFACT, 1);
    }

    /**
     * The embedding of a picture.
     *
     * @param square as {@link #square} gives it
     * @return float32 (1, coordinates)
     */
    static Tensor encode(UnClipModel model, Permit permit, Picture square) {
        Preprocessing preprocessing = preprocessing(model);
        float[] values = PixelValues.normalized(square, preprocessing.mean(), preprocessing.std());
        Tensor pixels = Tensor.of(values, 1, CHANNELS, square.height(), square.width());
        return model.handle()
                .run(permit, ARTIFACT, Map.of("pixel_values", pixels))
                .get("image_embeds");
    }

    private static Preprocessing preprocessing(UnClipModel model) {
        return model.manifest().preprocessing().orElseThrow();
    }
}
