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
    }

    @Test
    void everyPropertyIsMapped() throws IOException {
        GatewayConfig config = read(Map.of(
                "gateway.services.image.addresses", "image-a:9001,image-b:9001",
                "gateway.services.audio.addresses", "audio:9002",
                "gateway.services.audio.grpc-services", "multimodal.audio.v1.AudioService",
                "gateway.workflow.max-running", "1",
                "gateway.workflow.max-running-nodes", "2",
                "gateway.workflow.max-attempts", "3",
                "gateway.workflow.initial-retry-delay", "4S"));

        assertThat(config.services()).containsOnlyKeys("image", "clip", "audio");
        assertThat(config.services().get("image").addresses()).containsExactly("image-a:9001", "image-b:9001");
        assertThat(config.services().get("audio").grpcServices()).containsExactly("multimodal.audio.v1.AudioService");
        assertThat(config.workflow().maxRunning()).isEqualTo(1);
        assertThat(config.workflow().maxRunningNodes()).isEqualTo(2);
        assertThat(config.workflow().maxAttempts()).isEqualTo(3);
        assertThat(config.workflow().initialRetryDelay()).isEqualTo(Duration.ofSeconds(4));
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
