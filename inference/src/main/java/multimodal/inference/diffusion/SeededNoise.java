package multimodal.inference.diffusion;

import multimodal.inference.random.MersenneTwister;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * Standard normal noise equal to {@code torch.randn} on a CPU generator with the same seed, within 1e-6, so that a picture
 * made here is the picture that diffusers makes. Successive draws equal successive calls there. Not thread-safe.
 *
 * <p>Source: ATen {@code native/cpu/DistributionTemplates.h}, {@code normal_fill} (16 values and more, float32
 * Box-Muller over blocks) and {@code core/DistributionsHelper.h}, {@code normal_distribution<double>} (fewer).
 */
public final class SeededNoise {

    private static final int BLOCK = 16;
    private static final float TWO_PI = (float) (2 * Math.PI);

    private final MersenneTwister generator;
    /** The sine half of the last pair of the short way; torch keeps it in the generator for the next short draw. */
    private double spare = Double.NaN;

    /** Noise from the start of the sequence of {@code seed}, of which the low 32 bits count. */
    public SeededNoise(long seed) {
        this.generator = new MersenneTwister(seed);
    }

    /** The next draw, float32 of the given extents. */
    public Tensor next(Shape shape) {
        float[] values = new float[shape.elementCount()];
        if (values.length < BLOCK) {
            fillShort(values);
        } else {
            fillBlocks(values);
        }
        return Tensor.of(shape, values);
    }

    private void fillBlocks(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = generator.nextFloat();
        }
        for (int start = 0; start + BLOCK <= values.length; start += BLOCK) {
            transformBlock(values, start);
        }
        if (values.length % BLOCK != 0) {
            redrawLastBlock(values);
        }
    }

    private void redrawLastBlock(float[] values) {
        int start = values.length - BLOCK;
        for (int i = start; i < values.length; i++) {
            values[i] = generator.nextFloat();
        }
        transformBlock(values, start);
    }

    private static void transformBlock(float[] values, int start) {
        for (int i = start; i < start + BLOCK / 2; i++) {
            float radius = (float) Math.sqrt(-2f * (float) Math.log(1f - values[i]));
            float angle = TWO_PI * values[i + BLOCK / 2];
            values[i] = radius * (float) Math.cos(angle);
            values[i + BLOCK / 2] = radius * (float) Math.sin(angle);
        }
    }

    private void fillShort(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) nextOfPair();
        }
    }

    private double nextOfPair() {
        if (!Double.isNaN(spare)) {
            double kept = spare;
            spare = Double.NaN;
            return kept;
        }
        double angle = 2 * Math.PI * generator.nextDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-generator.nextDouble()));
        spare = radius * Math.sin(angle);
        return radius * Math.cos(angle);
    }
}
