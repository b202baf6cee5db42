package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Kind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.Test;

class UnClipSchedulerParityTest {

    /** Of the largest magnitude in the tensor; float32 carries 1.2e-7. */
    private static final double RELATIVE_TOLERANCE = 2e-6;

    private final GoldenTensors golden = GoldenTensors.read("unclip_scheduler");

    /** Every step from the golden's own sample, so that what is compared is one step and not the sum of all. */
    @Test
    void everyStepOfEveryCaseEqualsDiffusers() {
        List<JsonNode> cases = golden.cases("unclip");
        assertThat(cases).hasSize(24);
        for (JsonNode one : cases) {
            UnClipScheduler scheduler =
                    new UnClipScheduler(options(one), one.get("steps").asInt());
            String name = one.get("name").asText();
            Tensor sample = golden.tensor("sample");
            assertThat(scheduler.timesteps().stream().mapToLong(Long::longValue).toArray())
                    .as(one.toString())
                    .containsExactly(golden.tensor(name + "_timesteps").longs());
            for (int step = 0; step < scheduler.timesteps().size(); step++) {
                Tensor noise = scheduler.needsNoise(step) ? slice("noise", step) : null;
                Tensor next = scheduler.step(step, slice("predictions", step), sample, noise);
                sample = slice(name + "_steps", step);
                Tolerance.assertClose(one + " step " + step, next, sample, RELATIVE_TOLERANCE * largest(sample));
            }
        }
    }

    @Test
    void oneStepIsRefusedAsIsAVarianceThatTheNetworkPredicts() {
        UnClipSchedulerOptions options = new UnClipSchedulerOptions(
                1000, Kind.UNCLIP, UnClipSchedulerOptions.Prediction.SAMPLE, OptionalDouble.empty());
        assertThatThrownBy(() -> new UnClipScheduler(options, 1))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("steps: 1 (expected: 2 to 1000)");
        Parameters learned = new Parameters(Map.of("variance_type", "learned_range"));
        assertThatThrownBy(() -> UnClipSchedulerOptions.from(learned))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("variance_type: learned_range (expected: fixed_small_log)");
    }

    private static UnClipSchedulerOptions options(JsonNode one) {
        Map<?, ?> said = new ObjectMapper().convertValue(one, Map.class);
        return UnClipSchedulerOptions.from(new Parameters(Map.of("prior", said)).section("prior"));
    }

    private Tensor slice(String name, int step) {
        Tensor row = golden.tensor(name).row(step);
        return row.reshape(row.shape().dimensions().stream()
                .skip(1)
                .mapToInt(Integer::intValue)
                .toArray());
    }

    private static double largest(Tensor tensor) {
        double largest = 1;
        for (float value : tensor.floats()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
