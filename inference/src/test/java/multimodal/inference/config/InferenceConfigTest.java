package multimodal.inference.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import multimodal.inference.engine.Device;
import multimodal.inference.engine.OnnxProvider;
import org.junit.jupiter.api.Test;

class InferenceConfigTest {

    @Test
    void everyDefaultIsAsDocumented() {
        InferenceConfig config = config(Map.of());

        assertThat(config.repository()).containsExactly(Path.of("models/repository"));
        assertThat(config.engine()).isEmpty();
        assertThat(config.device()).isEqualTo(Device.CPU);
        assertThat(config.onnxruntimeProvider()).isEmpty();
        assertThat(config.threads()).isEqualTo(1);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.batching().maxRows()).isEqualTo(16);
        assertThat(config.batching().fixedRows()).isEqualTo(4);
        assertThat(config.batching().maxDelay()).isEqualTo(Duration.ZERO);
        assertThat(config.batching().maxWait()).isEqualTo(Duration.ofMillis(2));
        assertThat(config.batching().maxQueued()).isEqualTo(1024);
        assertThat(config.admission().budget()).isEqualTo(2400);
        assertThat(config.calls().threads()).isEqualTo(256);
        assertThat(config.calls().queueLength()).isEqualTo(64);
        assertThat(config.lifecycle().loadAtStart()).isTrue();
        assertThat(config.lifecycle().idleTimeout()).isEmpty();
        assertThat(config.lifecycle().memoryBudgetMib()).isEmpty();
        assertThat(config.lifecycle().watchInterval()).isEmpty();
        assertThat(config.lifecycle().allowChanges()).isTrue();
    }

    @Test
    void everyPropertyIsRead() {
        InferenceConfig config = config(Map.ofEntries(
                Map.entry("inference.repository", "/models,/more"),
                Map.entry("inference.engine", "pytorch"),
                Map.entry("inference.device", "cuda"),
                Map.entry("inference.onnxruntime-provider", "tensorrt"),
                Map.entry("inference.threads", "2"),
                Map.entry("inference.drain-timeout", "PT5S"),
                Map.entry("inference.batching.max-rows", "8"),
                Map.entry("inference.batching.fixed-rows", "2"),
                Map.entry("inference.batching.max-delay", "PT0.005S"),
                Map.entry("inference.batching.max-wait", "PT0S"),
                Map.entry("inference.batching.max-queued", "7"),
                Map.entry("inference.admission.budget", "99"),
                Map.entry("inference.calls.threads", "3"),
                Map.entry("inference.calls.queue-length", "4"),
                Map.entry("inference.lifecycle.load-at-start", "false"),
                Map.entry("inference.lifecycle.idle-timeout", "PT10M"),
                Map.entry("inference.lifecycle.memory-budget-mib", "512"),
                Map.entry("inference.lifecycle.watch-interval", "PT30S"),
                Map.entry("inference.lifecycle.allow-changes", "false")));

        assertThat(config.repository()).containsExactly(Path.of("/models"), Path.of("/more"));
        assertThat(config.engine()).contains("pytorch");
        assertThat(config.device()).isEqualTo(Device.CUDA);
        assertThat(config.onnxruntimeProvider()).contains(OnnxProvider.TENSORRT);
        assertThat(config.threads()).isEqualTo(2);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.batching().maxRows()).isEqualTo(8);
        assertThat(config.batching().fixedRows()).isEqualTo(2);
        assertThat(config.batching().maxDelay()).isEqualTo(Duration.ofMillis(5));
        assertThat(config.batching().maxWait()).isEqualTo(Duration.ZERO);
        assertThat(config.batching().maxQueued()).isEqualTo(7);
        assertThat(config.admission().budget()).isEqualTo(99);
        assertThat(config.calls().threads()).isEqualTo(3);
        assertThat(config.calls().queueLength()).isEqualTo(4);
        assertThat(config.lifecycle().loadAtStart()).isFalse();
        assertThat(config.lifecycle().idleTimeout()).contains(Duration.ofMinutes(10));
        assertThat(config.lifecycle().memoryBudgetMib()).hasValue(512);
        assertThat(config.lifecycle().watchInterval()).contains(Duration.ofSeconds(30));
        assertThat(config.lifecycle().allowChanges()).isFalse();
    }

    private static InferenceConfig config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withMapping(InferenceConfig.class)
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build()
                .getConfigMapping(InferenceConfig.class);
    }
}
