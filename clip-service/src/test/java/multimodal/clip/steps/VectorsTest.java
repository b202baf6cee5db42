package multimodal.clip.steps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class VectorsTest {

    @Test
    void meanDirectionOfAGroupHasLengthOne() {
        Tensor rows = Tensor.of(new float[] {1, 0, 0, 1, 1, 0, 1, 0}, 4, 2);

        Tensor means = Vectors.meanDirections(rows, 2);

        float half = (float) Math.sqrt(0.5);
        assertThat(means.floats()).containsExactly(new float[] {half, half, 1, 0}, within(1e-6f));
    }

    @Test
    void softmaxOfLargeLogitsStaysFinite() {
        double[] shares = Vectors.softmax(new double[] {1, 0.5, -1}, 1000);

        assertThat(Arrays.stream(shares).sum()).isCloseTo(1, within(1e-12));
        assertThat(shares[0]).isCloseTo(1, within(1e-12));
    }

    @Test
    void cosineIsTheSameBothWays() {
        Tensor a = Tensor.of(new float[] {0.6f, 0.8f}, 1, 2);
        Tensor b = Tensor.of(new float[] {0.8f, 0.6f}, 1, 2);

        assertThat(Vectors.cosine(a, 0, b, 0))
                .isEqualTo(Vectors.cosine(b, 0, a, 0))
                .isCloseTo(0.96f, within(1e-6f));
    }
}
