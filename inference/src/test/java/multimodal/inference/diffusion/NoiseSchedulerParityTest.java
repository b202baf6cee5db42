package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.Test;

class NoiseSchedulerParityTest {

    /** Of the largest magnitude in the tensor; float32 carries 1.2e-7. */
    private static final double RELATIVE_TOLERANCE = 2e-6;

    /**
     * Rescaling subtracts the last √ᾱ from all: torch's square root, which is off by one unit in the last place here and
     * there, counts a hundredfold in the small differences that are left.
     */
    private static final double RELATIVE_TOLERANCE_OF_ZERO_SNR = 2e-5;

    private final GoldenTensors golden = GoldenTensors.read("scheduler");
    private final GoldenTensors solvers = GoldenTensors.read("solvers");

    @Test
    void everyStepOfEveryDdimCaseEqualsDiffusers() {
        for (JsonNode one : golden.cases("steps")) {
            NoiseScheduler scheduler =
                    NoiseScheduler.of(ddim(one), one.get("steps").asInt());
            assertSteps(golden, one, scheduler, 0, golden.tensor("sample"));
        }
    }

    @Test
    void everyStepOfEverySchedulerEqualsDiffusersFromTheMiddleToo() {
        for (JsonNode one : solvers.cases("solver")) {
            int begin = one.get("begin").asInt();
            NoiseScheduler scheduler =
                    NoiseScheduler.of(solver(one), one.get("steps").asInt());
            Tensor first = solvers.tensor("sample");
            if (begin > 0) {
                Tensor noised = scheduler.noised(begin, first, slice(solvers, "noise", 0));
                first = solvers.tensor(name(one) + "_noised");
                assertClose(one, " noised", noised, first);
            }
            assertThat(scheduler.timesteps().stream().mapToLong(Long::longValue))
                    .as(one.toString())
                    .containsExactly(boxed(solvers.tensor(name(one) + "_timesteps")));
            assertSteps(solvers, one, scheduler, begin, first);
        }
    }

    @Test
    void whatTheNetworkIsGivenEqualsDiffusers() {
        List<JsonNode> scaled = solvers.cases("solver").stream()
                .filter(one -> one.get("scheduler").asText().startsWith("euler"))
                .toList();
        assertThat(scaled).isNotEmpty().allSatisfy(one -> {
            int begin = one.get("begin").asInt();
            Tensor first = solvers.tensor(begin > 0 ? name(one) + "_noised" : "sample");
            NoiseScheduler scheduler =
                    NoiseScheduler.of(solver(one), one.get("steps").asInt());
            assertClose(one, " input", scheduler.networkInput(begin, first), slice(solvers, name(one) + "_inputs", 0));
        });
    }

    /** Every step from the golden's own sample, so that what is compared is one step and not the sum of all. */
    private static void assertSteps(
            GoldenTensors goldens, JsonNode one, NoiseScheduler scheduler, int begin, Tensor first) {
        StepResult before = StepResult.first(first);
        for (int step = begin; step < scheduler.timesteps().size(); step++) {
            StepResult result =
                    scheduler.step(step, slice(goldens, "predictions", step), before, slice(goldens, "noise", step));
            Tensor original = slice(goldens, name(one) + "_originals", step - begin);
            Tensor sample = slice(goldens, name(one) + "_steps", step - begin);
            assertClose(one, " x_0 of step " + step, result.original(), original);
            assertClose(one, " step " + step, result.sample(), sample);
            before = new StepResult(sample, original);
        }
    }

    @Test
    void timestepsEqualDiffusers() {
        for (JsonNode one : golden.cases("timesteps")) {
            NoiseSchedulerOptions options = new NoiseSchedulerOptions(
                    new SchedulerChoice(SchedulerKind.DDIM, spacing(one), 0),
                    PredictionType.EPSILON,
                    BetaSchedule.SCALED_LINEAR,
                    0.00085,
                    0.012,
                    1000,
                    one.get("steps_offset").asInt(),
                    true,
                    false);
            NoiseScheduler scheduler =
                    NoiseScheduler.of(options, one.get("steps").asInt());
            assertThat(scheduler.timesteps().stream().mapToLong(Long::longValue))
                    .as(one.toString())
                    .containsExactly(boxed(golden.tensor(one.get("tensor").asText())));
        }
    }

    @Test
    void cumulativeAlphasEqualDiffusers() {
        for (JsonNode one : golden.cases("alphas")) {
            boolean zeroSnr = one.get("rescale_betas_zero_snr").asBoolean();
            NoiseSchedulerOptions options = new NoiseSchedulerOptions(
                    new SchedulerChoice(SchedulerKind.DDIM, TimestepSpacing.TRAILING, 0),
                    PredictionType.V_PREDICTION,
                    schedule(one),
                    one.get("beta_start").asDouble(),
                    one.get("beta_end").asDouble(),
                    1000,
                    0,
                    true,
                    zeroSnr);
            assertThat(Tolerance.largestDifference(
                            AlphaSchedule.cumulativeAlphas(options),
                            golden.tensor(one.get("tensor").asText()).floats()))
                    .as(one.toString())
                    .isLessThanOrEqualTo(zeroSnr ? 5e-7 : 0);
        }
    }

    private static String name(JsonNode one) {
        return one.get("name").asText();
    }

    private static Tensor slice(GoldenTensors goldens, String name, int step) {
        Tensor row = goldens.tensor(name).row(step);
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

    private static NoiseSchedulerOptions ddim(JsonNode one) {
        float eta = (float) one.get("eta").asDouble();
        SchedulerChoice choice = new SchedulerChoice(SchedulerKind.DDIM, spacing(one), eta);
        return options(one, choice, one.get("set_alpha_to_one").asBoolean());
    }

    private static NoiseSchedulerOptions solver(JsonNode one) {
        SchedulerKind kind = SchedulerKind.valueOf(upper(one.get("scheduler")));
        return options(one, new SchedulerChoice(kind, spacing(one), 0), true);
    }

    private static NoiseSchedulerOptions options(JsonNode one, SchedulerChoice choice, boolean setAlphaToOne) {
        return new NoiseSchedulerOptions(
                choice,
                PredictionType.valueOf(upper(one.get("prediction_type"))),
                schedule(one),
                one.get("beta_start").asDouble(),
                one.get("beta_end").asDouble(),
                one.get("num_train_timesteps").asInt(),
                one.get("steps_offset").asInt(),
                setAlphaToOne,
                one.get("rescale_betas_zero_snr").asBoolean());
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
