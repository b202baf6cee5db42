package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Kind;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Prediction;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Variance;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Shape;
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
        assertThat(cases).hasSize(32);
        for (JsonNode one : cases) {
            NoiseScheduler scheduler =
                    options(one).scheduler(Optional.empty(), one.get("steps").asInt());
            String name = one.get("name").asText();
            Tensor sample = golden.tensor("sample");
            assertThat(scheduler.timesteps().stream().mapToLong(Long::longValue).toArray())
                    .as(one.toString())
                    .containsExactly(golden.tensor(name + "_timesteps").longs());
            for (int step = 0; step < scheduler.timesteps().size(); step++) {
                Tensor noise = scheduler.needsNoise(step) ? slice("noise", step) : null;
                Tensor next = scheduler
                        .step(step, prediction(one, step), StepResult.first(sample), noise)
                        .sample();
                sample = slice(name + "_steps", step);
                Tolerance.assertClose(one + " step " + step, next, sample, RELATIVE_TOLERANCE * largest(sample));
            }
        }
    }

    @Test
    void oneStepIsRefusedAsIsAChoiceWhereThereIsNone() {
        UnClipSchedulerOptions options = new UnClipSchedulerOptions(
                1000, Kind.UNCLIP, Prediction.SAMPLE, Variance.FIXED_SMALL_LOG, OptionalDouble.empty());
        assertThatThrownBy(() -> new UnClipScheduler(options, 1))
                .isInstanceOf(InferenceException.class)
                .hasMessageContaining("steps: 1 (expected: 2 to 1000)");
        assertThat(options.usualChoice()).isEmpty();
        SchedulerChoice choice = new SchedulerChoice(SchedulerKind.DDIM, TimestepSpacing.LEADING, 0);
        assertThatThrownBy(() -> options.scheduler(Optional.of(choice), 7)).hasMessageContaining("expected: none");
    }

    @Test
    void aPredictionWithoutTheVarianceThatItShouldTellIsNotTaken() {
        NoiseScheduler scheduler = new UnClipSchedulerOptions(
                        1000, Kind.UNCLIP, Prediction.EPSILON, Variance.LEARNED_RANGE, OptionalDouble.empty())
                .scheduler(Optional.empty(), 7);
        Tensor sample = golden.tensor("sample");
        assertThatThrownBy(() -> scheduler.step(0, sample, StepResult.first(sample), sample))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("2 times as large as sample");
    }

    /** With the variance in as many channels behind it, where the network predicts it. */
    private Tensor prediction(JsonNode one, int step) {
        Tensor prediction = slice("predictions", step);
        if (!one.get("variance_type").asText().equals("learned_range")) {
            return prediction;
        }
        float[] mean = prediction.floats();
        float[] both = Arrays.copyOf(mean, 2 * mean.length);
        System.arraycopy(slice("variances", step).floats(), 0, both, mean.length, mean.length);
        Shape shape = prediction.shape();
        return Tensor.of(both, 1, 2 * shape.dimension(1), shape.dimension(2), shape.dimension(3));
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
