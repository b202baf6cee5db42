package multimodal.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GatewayConfigTest {
    @Test
    void theDefaultsSuitOneMachine() throws IOException {
        GatewayConfig config = read(Map.of());

        assertThat(config.services()).containsOnlyKeys("image", "clip");
        assertThat(config.services().get("image").addresses()).containsExactly("localhost:9001");
        assertThat(config.services().get("image").grpcServices()).containsExactly("multimodal.image.v1.ImageService");
        assertThat(config.services().get("clip").addresses()).containsExactly("localhost:9004");
        assertThat(config.services().get("clip").grpcServices())
                .containsExactly("multimodal.clip.v1.ClipService", "multimodal.clip.v1.VisionLanguageService");
        assertThat(config.workflow().maxRunning()).isEqualTo(64);
        assertThat(config.workflow().maxRunningNodes()).isEqualTo(128);
        assertThat(config.workflow().maxAttempts()).isEqualTo(4);
        assertThat(config.workflow().initialRetryDelay()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.workflow().maxRefusals()).isEqualTo(30);
        assertThat(config.workflow().maxParallelNodes()).isEqualTo(16);
        assertThat(config.workflow().maxCost()).isEqualTo(20_000);
        assertThat(config.workflow().maxRunningCost()).isEqualTo(40_000);
        assertThat(config.workflow().cacheMib()).isEqualTo(32);
        assertThat(config.workflow().cacheLifetime()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void everyPropertyIsMapped() throws IOException {
        GatewayConfig config = read(Map.ofEntries(
                Map.entry("gateway.services.image.addresses", "image-a:9001,image-b:9001"),
                Map.entry("gateway.services.audio.addresses", "audio:9002"),
                Map.entry("gateway.services.audio.grpc-services", "multimodal.audio.v1.AudioService"),
                Map.entry("gateway.workflow.max-running", "1"),
                Map.entry("gateway.workflow.max-running-nodes", "2"),
                Map.entry("gateway.workflow.max-attempts", "3"),
                Map.entry("gateway.workflow.initial-retry-delay", "4S"),
                Map.entry("gateway.workflow.max-refusals", "5"),
                Map.entry("gateway.workflow.max-parallel-nodes", "6"),
                Map.entry("gateway.workflow.max-cost", "7"),
                Map.entry("gateway.workflow.max-running-cost", "8"),
                Map.entry("gateway.workflow.cache-mib", "9"),
                Map.entry("gateway.workflow.cache-lifetime", "10S")));

        assertThat(config.services()).containsOnlyKeys("image", "clip", "audio");
        assertThat(config.services().get("image").addresses()).containsExactly("image-a:9001", "image-b:9001");
        assertThat(config.services().get("audio").grpcServices()).containsExactly("multimodal.audio.v1.AudioService");
        assertThat(config.workflow().maxRunning()).isEqualTo(1);
        assertThat(config.workflow().maxRunningNodes()).isEqualTo(2);
        assertThat(config.workflow().maxAttempts()).isEqualTo(3);
        assertThat(config.workflow().initialRetryDelay()).isEqualTo(Duration.ofSeconds(4));
        assertThat(config.workflow().maxRefusals()).isEqualTo(5);
        assertThat(config.workflow().maxParallelNodes()).isEqualTo(6);
        assertThat(config.workflow().maxCost()).isEqualTo(7);
        assertThat(config.workflow().maxRunningCost()).isEqualTo(8);
        assertThat(config.workflow().cacheMib()).isEqualTo(9);
        assertThat(config.workflow().cacheLifetime()).isEqualTo(Duration.ofSeconds(10));
    }

    private static GatewayConfig read(Map<String, String> overrides) throws IOException {
        return new SmallRyeConfigBuilder()
                .withMapping(GatewayConfig.class)
                .withConverter(Duration.class, 200, new DurationConverter())
                .withSources(
                        new PropertiesConfigSource(GatewayConfig.class.getResource("/application.properties"), 100),
                        new PropertiesConfigSource(overrides, "overrides", 200))
                .build()
                .getConfigMapping(GatewayConfig.class);
    }
}
