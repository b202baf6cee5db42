package multimodal.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.telemetry.MetricNames;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** The whole library over the embedded CLIP model. */
class InferenceRuntimeTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @Test
    void configuredRuntimeServesAnEmbeddedModelAndGivesItBack() {
        try (InferenceRuntime runtime = InferenceRuntime.open(config(), OpenTelemetry.noop(), meters)) {
            runtime.load(Set.of("clip"));
            ModelHandle clip = runtime.registry().find("clip", Optional.empty(), Optional.empty());
            Tensor ids = ids(clip, "a castle under the night sky");
            try (Permit permit = clip.admit(RequestContext.detached(), Cost.of("adder", 1))) {
                Map<String, Tensor> inputs = Map.of("input_ids", ids, "attention_mask", mask(ids));
                Tensor embedding = clip.run(permit, "text", inputs).get("text_embeds");

                assertThat(norm(embedding.floats())).isCloseTo(1, within(1e-5));
                assertThat(permit.timings().engine()).isPositive();
            }
            assertThat(clip.engine()).isEqualTo("onnxruntime");
            assertThat(meters.get(MetricNames.ENGINE_ROWS).counter().count()).isEqualTo(1);
        }
        assertThat(meters.get(MetricNames.MODEL_STATE)
                        .tag(MetricNames.STATE, "closed")
                        .gauge()
                        .value())
                .isEqualTo(1);
    }

    private static InferenceConfig config() {
        String repository =
                System.getProperty("inference.repository", System.getProperty("fleet.root") + "/models/repository");
        return new SmallRyeConfigBuilder()
                .withMapping(InferenceConfig.class)
                .withSources(new PropertiesConfigSource(Map.of("inference.repository", repository), "test", 100))
                .build()
                .getConfigMapping(InferenceConfig.class);
    }

    private static Tensor ids(ModelHandle clip, String text) {
        long[] encoded = clip.tokenizer().encode(text).ids().stream()
                .mapToLong(Long::longValue)
                .toArray();
        int length = clip.manifest().tokenizer().orElseThrow().maxLength();
        return Tensor.of(Arrays.copyOf(encoded, length), 1, length);
    }

    private static Tensor mask(Tensor ids) {
        return Tensor.of(
                ids.shape(),
                Arrays.stream(ids.longs()).map(id -> id == 0 ? 0 : 1).toArray());
    }

    private static double norm(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum);
    }
}
