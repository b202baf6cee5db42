package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Locale;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.Test;

class DdimSchedulerParityTest {

    /** Of the largest magnitude in the tensor; float32 carries 1.2e-7. */
    private static final double RELATIVE_TOLERANCE = 2e-6;

    /**
     * Rescaling subtracts the last √ᾱ from all: torch's square root, which is off by one unit in the last place here and
     * there, counts a hundredfold in the small differences that are left.
     */
    private static final double RELATIVE_TOLERANCE_OF_ZERO_SNR = 2e-5;

    private final GoldenTensors golden = GoldenTensors.read("scheduler");

    @Test
    void everyStepOfEveryCaseEqualsDiffusers() {
        for (JsonNode one : golden.cases("steps")) {
            String name = one.get("name").asText();
            Tensor samples = golden.tensor(name + "_steps");
            Tensor originals = golden.tensor(name + "_originals");
            Tensor sample = golden.tensor("sample");
            DdimScheduler scheduler =
                    new DdimScheduler(options(one), one.get("steps").asInt());
            for (int step = 0; step < scheduler.timesteps().size(); step++) {
                StepResult result = scheduler.step(step, at("predictions", step), sample, at("noise", step));
                assertClose(one, " x_0 of step " + step, result.original(), slice(originals, step));
                assertClose(one, " step " + step, result.sample(), slice(samples, step));
                sample = result.sample();
            }
        }
    }

    @Test
    void timestepsEqualDiffusers() {
        for (JsonNode one : golden.cases("timesteps")) {
            DdimOptions options = new DdimOptions(
                    PredictionType.EPSILON,
                    BetaSchedule.SCALED_LINEAR,
                    0.00085,
                    0.012,
                    1000,
                    spacing(one),
                    one.get("steps_offset").asInt(),
                    true,
                    false,
                    0);
            DdimScheduler scheduler =
                    new DdimScheduler(options, one.get("steps").asInt());
            assertThat(scheduler.timesteps().stream().mapToLong(Long::longValue))
                    .as(one.toString())
                    .containsExactly(boxed(golden.tensor(one.get("tensor").asText())));
        }
    }

    @Test
    void cumulativeAlphasEqualDiffusers() {
        for (JsonNode one : golden.cases("alphas")) {
            boolean zeroSnr = one.get("rescale_betas_zero_snr").asBoolean();
            DdimOptions options = new DdimOptions(
                    PredictionType.V_PREDICTION,
                    schedule(one),
                    one.get("beta_start").asDouble(),
                    one.get("beta_end").asDouble(),
                    1000,
                    TimestepSpacing.TRAILING,
                    0,
                    true,
                    zeroSnr,
                    0);
            assertThat(Tolerance.largestDifference(
                            AlphaSchedule.cumulativeAlphas(options),
                            golden.tensor(one.get("tensor").asText()).floats()))
                    .as(one.toString())
                    .isLessThanOrEqualTo(zeroSnr ? 5e-7 : 0);
        }
    }

    private Tensor at(String name, int step) {
        return slice(golden.tensor(name), step);
    }

    private static Tensor slice(Tensor stacked, int step) {
        Tensor row = stacked.row(step);
        return row.reshape(row.shape().dimensions().stream()
                .skip(1)
                .mapToInt(Integer::intValue)
                .toArray());
    }

    private static void assertClose(JsonNode one, String what, Tensor actual, Tensor expected) {
        double largest = 1;
        for (float value : expected.floats()) {
            largest = Math.max(largest, Math.abs(value));
        }
        boolean zeroSnr = one.get("rescale_betas_zero_snr").asBoolean();
        double tolerance = zeroSnr ? RELATIVE_TOLERANCE_OF_ZERO_SNR : RELATIVE_TOLERANCE;
        Tolerance.assertClose(one + what, actual, expected, tolerance * largest);
    }

    private static DdimOptions options(JsonNode one) {
        return new DdimOptions(
                PredictionType.valueOf(upper(one.get("prediction_type"))),
                schedule(one),
                one.get("beta_start").asDouble(),
                one.get("beta_end").asDouble(),
                one.get("num_train_timesteps").asInt(),
                spacing(one),
                one.get("steps_offset").asInt(),
                one.get("set_alpha_to_one").asBoolean(),
                one.get("rescale_betas_zero_snr").asBoolean(),
                one.get("eta").asDouble());
    }

    private static BetaSchedule schedule(JsonNode one) {
        return BetaSchedule.valueOf(upper(one.get("beta_schedule")));
    }

    private static TimestepSpacing spacing(JsonNode one) {
        return TimestepSpacing.valueOf(upper(one.get("timestep_spacing")));
    }

    private static String upper(JsonNode word) {
        return word.asText().toUpperCase(Locale.ROOT);
    }

    private static Long[] boxed(Tensor tensor) {
        return Arrays.stream(tensor.longs()).boxed().toArray(Long[]::new);
    }
}
