package multimodal.inference.testing;

import static org.assertj.core.api.Assertions.assertThat;

import multimodal.inference.tensor.Tensor;

/** Comparisons of float tensors that say how far apart they are. */
public final class Tolerance {

    private Tolerance() {}

    /** The largest absolute difference; infinite where one is not a number. */
    public static double largestDifference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            boolean equal = actual[i] == expected[i];
            largest = Math.max(largest, equal ? 0 : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference);
        }
        return largest;
    }

    /** Fails if shapes differ or any element is farther away than {@code tolerance}. */
    public static void assertClose(String what, Tensor actual, Tensor expected, double tolerance) {
        assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
        assertThat(largestDifference(actual.floats(), expected.floats()))
                .as(what)
                .isLessThanOrEqualTo(tolerance);
    }
}
