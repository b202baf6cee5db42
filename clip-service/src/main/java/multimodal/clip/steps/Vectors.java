package multimodal.clip.steps;

import java.util.Arrays;
import multimodal.inference.tensor.Tensor;

/** Arithmetic on embeddings. */
public final class Vectors {

    private Vectors() {}

    /**
     * The cosine of the angle between row {@code i} of {@code a} and row {@code j} of {@code b}, both float32
     * (rows, dimension) and L2-normalised; -1 to 1. Swapping the two gives the same bits.
     */
    public static float cosine(Tensor a, int i, Tensor b, int j) {
        int dimension = a.shape().dimension(1);
        double sum = 0;
        for (int k = 0; k < dimension; k++) {
            sum += (double) a.floats()[i * dimension + k] * b.floats()[j * dimension + k];
        }
        return (float) Math.max(-1, Math.min(1, sum));
    }

    /**
     * The mean direction of each {@code group} consecutive rows.
     *
     * @param rows float32 (groups × group, dimension), L2-normalised
     * @return float32 (groups, dimension), L2-normalised
     */
    public static Tensor meanDirections(Tensor rows, int group) {
        int dimension = rows.shape().dimension(1);
        int groups = rows.rows() / group;
        float[] means = new float[groups * dimension];
        for (int row = 0; row < rows.rows(); row++) {
            int target = row / group * dimension;
            for (int k = 0; k < dimension; k++) {
                means[target + k] += rows.floats()[row * dimension + k];
            }
        }
        for (int index = 0; index < groups; index++) {
            normalise(means, index * dimension, dimension);
        }
        return Tensor.of(means, groups, dimension);
    }

    /** The direction of {@code values}, L2-normalised; all zeros stay so. */
    public static float[] normalized(float[] values) {
        float[] direction = values.clone();
        normalise(direction, 0, direction.length);
        return direction;
    }

    /** Softmax of {@code scale × values}, 0 to 1; sums to 1. */
    public static double[] softmax(double[] values, double scale) {
        double highest = Arrays.stream(values).max().orElse(0);
        double[] shares = Arrays.stream(values)
                .map(value -> Math.exp(scale * (value - highest)))
                .toArray();
        double sum = Arrays.stream(shares).sum();
        return Arrays.stream(shares).map(share -> share / sum).toArray();
    }

    private static void normalise(float[] values, int start, int length) {
        double squares = 0;
        for (int index = start; index < start + length; index++) {
            squares += (double) values[index] * values[index];
        }
        double norm = Math.sqrt(squares);
        for (int index = start; norm > 0 && index < start + length; index++) {
            values[index] = (float) (values[index] / norm);
        }
    }
}
