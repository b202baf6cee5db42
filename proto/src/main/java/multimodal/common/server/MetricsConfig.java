package multimodal.common.server;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Where metrics go, beside the page {@code /q/metrics} that Prometheus reads. */
@ConfigMapping(prefix = "fleet.metrics")
public interface MetricsConfig {
    /** {@code none} or {@code otlp}. */
    @WithDefault("none")
    Exporter exporter();

    /** Full address that {@code otlp} posts to (OTLP over HTTP, protobuf). */
    @WithDefault("http://localhost:4318/v1/metrics")
    String endpoint();

    /** Time from one post to the next, 1 s or more. */
    @WithDefault("60S")
    Duration interval();

    /** Ways to export metrics. */
    enum Exporter {
        /** Prometheus alone, which asks for them. */
        NONE,
        /** Metrics are posted to a collector too. */
        OTLP
    }
}
