package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** What holds for every setting; the numbers themselves are in {@link DdimSchedulerParityTest}. */
class DdimSchedulerTest {

    private final Random random = new Random(1);

    @Test
    void timestepsFallAndStayWithinTheTraining() {
        for (int steps = 1; steps <= 150; steps++) {
            for (DdimOptions options : everyKindOfOptions()) {
                List<Long> timesteps = new DdimScheduler(options, steps).timesteps();
                assertThat(timesteps).hasSize(steps).doesNotHaveDuplicates();
                assertThat(timesteps).isSortedAccordingTo((a, b) -> Long.compare(b, a));
                assertThat(timesteps)
                        .allSatisfy(timestep -> assertThat(timestep).isBetween(0L, 999L));
            }
        }
    }

    @Test
    void trailingSpacingBeginsAtTheLastTimestep() {
        assertThat(new DdimScheduler(options(Map.of("timestep_spacing", "trailing")), 61).timesteps())
                .startsWith(999L)
                .endsWith(15L);
    }

    @Test
    void perfectPredictionLeadsToTheOriginal() {
        Tensor original = gaussian();
        Tensor noise = gaussian();
        for (DdimOptions options : everyKindOfOptions()) {
            DdimOptions toOne = options;
            for (int steps : new int[] {1, 2, 10, 50}) {
                DdimScheduler scheduler = new DdimScheduler(toOne, steps);
                float[] alphas = AlphaSchedule.cumulativeAlphas(options);
                Tensor sample =
                        mix(original, noise, alphas[scheduler.timesteps().get(0).intValue()]);
                for (int step = 0; step < steps; step++) {
                    float alpha = alphas[scheduler.timesteps().get(step).intValue()];
                    Tensor prediction = perfectPrediction(options, original, noise, alpha);
                    sample = scheduler.step(step, prediction, sample, null).sample();
                }
                assertThat(sample.floats()).usingComparatorWithPrecision(2e-3f).containsExactly(original.floats());
            }
        }
    }

    @Test
    void equalInputsGiveEqualBitsAndLeaveTheInputsAlone() {
        DdimScheduler scheduler = new DdimScheduler(options(Map.of()).withEta(1), 10);
        Tensor prediction = gaussian();
        Tensor sample = gaussian();
        Tensor noise = gaussian();
        float[] before = sample.floats().clone();

        float[] first = scheduler.step(4, prediction, sample, noise).sample().floats();
        assertThat(scheduler.step(4, prediction, sample, noise).sample().floats())
                .containsExactly(first);
        assertThat(sample.floats()).containsExactly(before);
    }

    @Test
    void noiseCountsOnlyWithEta() {
        DdimScheduler without = new DdimScheduler(options(Map.of()), 10);
        DdimScheduler with = new DdimScheduler(options(Map.of()).withEta(0.5), 10);
        Tensor prediction = gaussian();
        Tensor sample = gaussian();

        assertThat(without.needsNoise()).isFalse();
        assertThat(with.needsNoise()).isTrue();
        assertThat(with.step(3, prediction, sample, gaussian()).sample().floats())
                .isNotEqualTo(
                        with.step(3, prediction, sample, gaussian()).sample().floats());
    }

    @Test
    void stepsBeyondTheTrainingAreInvalid() {
        for (int steps : new int[] {0, -1, 1001}) {
            assertThatThrownBy(() -> new DdimScheduler(options(Map.of()), steps))
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
        for (double eta : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> options(Map.of()).withEta(eta))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.field()).contains("scheduler.eta"));
        }
    }

    private static void assertFault(Map<String, Object> changes, String message) {
        assertThatThrownBy(() -> options(changes))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.MISCONFIGURED))
                .hasMessageContaining(message);
    }

    private static List<DdimOptions> everyKindOfOptions() {
        return List.of(
                options(Map.of()),
                options(Map.of("prediction_type", "epsilon", "timestep_spacing", "leading", "steps_offset", 1)),
                options(Map.of("beta_schedule", "scaled_linear", "timestep_spacing", "leading")),
                options(Map.of("beta_schedule", "linear", "rescale_betas_zero_snr", true)));
    }

    private static DdimOptions options(Map<String, Object> changes) {
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
        return DdimOptions.from(new Parameters(values));
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

    private static Tensor perfectPrediction(DdimOptions options, Tensor original, Tensor noise, float alpha) {
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
