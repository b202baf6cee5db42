package multimodal.image.steps;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.repository.Parameters;
import org.junit.jupiter.api.Test;

class SuperResolutionTest {

    @Test
    void theLastStepIsCountedAsTheOtherNetworks() {
        Map<String, Object> section = Map.of(
                "scheduler",
                "unclip",
                "prediction_type",
                "epsilon",
                "num_train_timesteps",
                1000,
                "variance_type",
                "fixed_small_log",
                "clip_sample_range",
                1.0,
                "steps",
                7);
        SuperResolution resolution = SuperResolution.of(new Parameters(Map.of("super_resolution", section)))
                .orElseThrow();
        assertThat(resolution.cost(3))
                .isEqualTo(Cost.of("super_res_first", 6, 3, 1).and(Cost.of("super_res_last", 3)));
        assertThat(resolution.scheduler().timesteps()).hasSize(7).endsWith(0L);
    }

    @Test
    void mostModelsHaveNone() {
        assertThat(SuperResolution.of(new Parameters(Map.of()))).isEmpty();
    }
}
