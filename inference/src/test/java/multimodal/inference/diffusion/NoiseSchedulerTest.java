package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What holds for every setting; the numbers themselves are in {@link NoiseSchedulerParityTest}. */
class NoiseSchedulerTest {

    private final Random random = new Random(1);

    @Test
    void timestepsFallAndStayWithinTheTraining() {
        for (int steps = 1; steps <= 150; steps++) {
            for (NoiseSchedulerOptions options : everyKindOfOptions()) {
                List<Long> timesteps = NoiseScheduler.of(options, steps).timesteps();
                assertThat(timesteps).hasSize(steps).doesNotHaveDuplicates();
                assertThat(timesteps).isSortedAccordingTo((a, b) -> Long.compare(b, a));
                assertThat(timesteps)
                        .allSatisfy(timestep -> assertThat(timestep).isBetween(0L, 999L));
            }
        }
    }

    @Test
    void trailingSpacingBeginsAtTheLastTimestep() {
        assertThat(NoiseScheduler.of(options(Map.of("timestep_spacing", "trailing")), 61)
                        .timesteps())
                .startsWith(999L)
                .endsWith(15L);
    }

    @Test
    void perfectPredictionLeadsToTheOriginal() {
        Tensor original = gaussian();
        Tensor noise = gaussian();
        for (NoiseSchedulerOptions options : everyKindOfOptions()) {
            for (int steps : new int[] {1, 2, 10, 50}) {
                NoiseScheduler scheduler = NoiseScheduler.of(withoutNoise(options), steps);
                assertThat(denoised(options, scheduler, original, noise).floats())
                        .as("%s, %d steps", options, steps)
                        .usingComparatorWithPrecision(3e-3f)
                        .containsExactly(original.floats());
            }
        }
    }

    /** Ancestral steps forget which noise was there, so what would be perfect is not known. */
    private static NoiseSchedulerOptions withoutNoise(NoiseSchedulerOptions options) {
        SchedulerChoice choice = options.choice();
        SchedulerKind kind = choice.kind() == SchedulerKind.EULER_ANCESTRAL ? SchedulerKind.EULER : choice.kind();
        return options.with(new SchedulerChoice(kind, choice.timestepSpacing(), 0));
    }

    private static Tensor denoised(
            NoiseSchedulerOptions options, NoiseScheduler scheduler, Tensor original, Tensor noise) {
        float[] alphas = AlphaSchedule.cumulativeAlphas(options);
        StepResult result = StepResult.first(scheduler.noised(0, original, noise));
        for (int step = 0; step < scheduler.timesteps().size(); step++) {
            float alpha = alphas[scheduler.timesteps().get(step).intValue()];
            result = scheduler.step(step, perfectPrediction(options, original, noise, alpha), result, null);
        }
        return result.sample();
    }

    @Test
    void theNetworkIsGivenWhatItWasTrainedOn() {
        Tensor original = gaussian();
        Tensor noise = gaussian();
        for (NoiseSchedulerOptions options : everyKindOfOptions()) {
            NoiseScheduler scheduler = NoiseScheduler.of(options, 10);
            float[] alphas = AlphaSchedule.cumulativeAlphas(options);
            for (int step = 0; step < 10; step++) {
                float alpha = alphas[scheduler.timesteps().get(step).intValue()];
                assertThat(scheduler
                                .networkInput(step, scheduler.noised(step, original, noise))
                                .floats())
                        .as("%s, step %d", options, step)
                        .usingComparatorWithPrecision(1e-3f)
                        .containsExactly(mix(original, noise, alpha).floats());
            }
        }
    }

    @Test
    void equalInputsGiveEqualBitsAndLeaveTheInputsAlone() {
        for (NoiseSchedulerOptions options : everyKindOfOptions()) {
            NoiseScheduler scheduler = NoiseScheduler.of(options, 10);
            Tensor prediction = gaussian();
            Tensor noise = gaussian();
            StepResult before = new StepResult(gaussian(), gaussian());
            float[] sample = before.sample().floats().clone();

            float[] first =
                    scheduler.step(4, prediction, before, noise).sample().floats();
            assertThat(scheduler.step(4, prediction, before, noise).sample().floats())
                    .containsExactly(first);
            assertThat(before.sample().floats()).containsExactly(sample);
        }
    }

    @Test
    void noiseCountsOnlyWithEtaAndInAncestralSteps() {
        for (NoiseSchedulerOptions options : everyKindOfOptions()) {
            NoiseScheduler scheduler = NoiseScheduler.of(options, 10);
            boolean isRandom = options.choice().eta() > 0 || options.choice().kind() == SchedulerKind.EULER_ANCESTRAL;
            Tensor prediction = gaussian();
            StepResult before = new StepResult(gaussian(), gaussian());
            float[] one =
                    scheduler.step(3, prediction, before, gaussian()).sample().floats();
            float[] other =
                    scheduler.step(3, prediction, before, gaussian()).sample().floats();

            assertThat(scheduler.needsNoise(3)).isEqualTo(isRandom);
            assertThat(Arrays.equals(one, other)).as("%s", options).isNotEqualTo(isRandom);
        }
    }

    @Test
    void aPredictionOfAnotherShapeIsNotTaken() {
        Tensor other = Tensor.of(new float[3], 1, 3);
        for (NoiseSchedulerOptions options : everyKindOfOptions()) {
            NoiseScheduler scheduler = NoiseScheduler.of(options, 10);
            assertThatThrownBy(() -> scheduler.step(0, other, StepResult.first(gaussian()), null))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void stepsBeyondTheTrainingAreInvalid() {
        for (int steps : new int[] {0, -1, 1001}) {
            assertThatThrownBy(() -> NoiseScheduler.of(options(Map.of()), steps))
                    .isInstanceOfSatisfying(InferenceException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
                        assertThat(e.field()).contains("steps");
                        assertThat(e).hasMessage("steps: " + steps + " (expected: 1 to 1000)");
                    });
        }
    }

    @Test
    void wrongManifestIsToldByKey() {
        assertFault(Map.of("prediction_type", "sample"), "parameters.prediction_type: sample");
        assertFault(Map.of("beta_start", 0.0), "parameters.beta_start: 0.0");
        assertFault(Map.of("beta_end", 1.5), "parameters.beta_end: 1.5");
        assertFault(
                Map.of("prediction_type", "epsilon", "rescale_betas_zero_snr", true),
                "parameters.rescale_betas_zero_snr: true");
    }

    @Test
    void etaOutsideTheRangeIsTheCallersFault() {
        for (float eta : new float[] {-0.1f, 1.1f, Float.NaN}) {
            assertThatThrownBy(() -> withEta(SchedulerKind.DDIM, eta))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.field()).contains("scheduler.eta"));
        }
        assertThatThrownBy(() -> withEta(SchedulerKind.EULER, 0.5f))
                .hasMessage("scheduler.eta: 0.5 (expected: 0 without DDIM)");
    }

    private static NoiseSchedulerOptions withEta(SchedulerKind kind, float eta) {
        return options(Map.of()).with(new SchedulerChoice(kind, TimestepSpacing.TRAILING, eta));
    }

    @Test
    void theManifestMayNameTheScheduler() {
        assertThat(options(Map.of()).choice().kind()).isEqualTo(SchedulerKind.DDIM);
        assertThat(options(Map.of("scheduler", "dpm_solver_pp_2m")).choice().kind())
                .isEqualTo(SchedulerKind.DPM_SOLVER_PP_2M);
        assertFault(
                Map.of("scheduler", "heun"),
                "parameters.scheduler: heun (expected: ddim, euler, euler_ancestral, dpm_solver_pp_2m)");
    }

    private static void assertFault(Map<String, Object> changes, String message) {
        assertThatThrownBy(() -> options(changes))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.MISCONFIGURED))
                .hasMessageContaining(message);
    }

    private static List<NoiseSchedulerOptions> everyKindOfOptions() {
        List<NoiseSchedulerOptions> every = new ArrayList<>(List.of(withEta(SchedulerKind.DDIM, 0.5f)));
        for (SchedulerKind kind : SchedulerKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            every.add(options(Map.of("scheduler", name)));
            every.add(options(Map.of(
                    "scheduler",
                    name,
                    "prediction_type",
                    "epsilon",
                    "timestep_spacing",
                    "leading",
                    "steps_offset",
                    1)));
            every.add(options(
                    Map.of("scheduler", name, "beta_schedule", "scaled_linear", "timestep_spacing", "leading")));
            every.add(options(Map.of("scheduler", name, "beta_schedule", "linear", "rescale_betas_zero_snr", true)));
        }
        return every;
    }

    private static NoiseSchedulerOptions options(Map<String, Object> changes) {
        Map<String, Object> values = new HashMap<>(Map.of(
                "prediction_type",
                "v_prediction",
                "beta_schedule",
                "squaredcos_cap_v2",
                "beta_start",
                0.0001,
                "beta_end",
                0.02,
                "num_train_timesteps",
                1000,
                "timestep_spacing",
                "trailing",
                "steps_offset",
                0,
                "set_alpha_to_one",
                true,
                "rescale_betas_zero_snr",
                false));
        values.putAll(changes);
        return NoiseSchedulerOptions.from(new Parameters(values));
    }

    private Tensor gaussian() {
        float[] values = new float[48];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensor.of(Shape.of(1, 3, 4, 4), values);
    }

    private static Tensor mix(Tensor original, Tensor noise, float alpha) {
        return combine(original, Math.sqrt(alpha), noise, Math.sqrt(1 - alpha));
    }

    private static Tensor perfectPrediction(NoiseSchedulerOptions options, Tensor original, Tensor noise, float alpha) {
        return switch (options.predictionType()) {
            case EPSILON -> noise;
            case V_PREDICTION -> combine(noise, Math.sqrt(alpha), original, -Math.sqrt(1 - alpha));
        };
    }

    private static Tensor combine(Tensor one, double weight, Tensor other, double otherWeight) {
        float[] sum = new float[one.floats().length];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = (float) (weight * one.floats()[i] + otherWeight * other.floats()[i]);
        }
        return Tensor.of(one.shape(), sum);
    }
}
