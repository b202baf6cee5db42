package multimodal.image.steps;

import java.util.List;
import java.util.stream.LongStream;
import multimodal.inference.diffusion.SeededNoise;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * The noise of one request: picture {@code i} draws from its own sequence, seeded with {@code seed + i}, so that it is the
 * picture that {@code seed + i} makes alone. As diffusers with a list of generators. Not thread-safe.
 */
public final class LatentNoise {

    private final List<SeededNoise> sequences;
    private final Shape shape;

    /**
     * Noise for {@code imageCount} pictures.
     *
     * @param width of each picture in pixels
     * @param height of each picture in pixels
     */
    public LatentNoise(DiffusionModel model, long seed, int imageCount, int width, int height) {
        this.sequences = LongStream.range(0, imageCount)
                .mapToObj(image -> new SeededNoise(seed + image))
                .toList();
        this.shape = model.latents(1, width, height);
    }

    /** The next draw of every sequence, standard normal float32 (pictures, channels, height, width). */
    public Tensor next() {
        return next(shape);
    }

    /** The next draw of every sequence for something of another shape, of one row: standard normal float32 (pictures, …). */
    public Tensor next(Shape one) {
        return Tensor.concatenateRows(
                sequences.stream().map(sequence -> sequence.next(one)).toList());
    }

    /** The next draw, scaled to be the first sample of a scheduler. */
    public Tensor initial(float scale) {
        Tensor noise = next();
        float[] values = noise.floats();
        for (int i = 0; i < values.length; i++) {
            values[i] *= scale;
        }
        return noise;
    }
}
