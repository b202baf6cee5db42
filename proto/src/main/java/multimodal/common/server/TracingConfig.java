package multimodal.common.server;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where OpenTelemetry spans go. */
@ConfigMapping(prefix = "fleet.tracing")
public interface TracingConfig {
    /** {@code none}, {@code otlp}, {@code otlp-grpc} or {@code file}. */
    @WithDefault("none")
    Exporter exporter();

    /**
     * The collector: for {@code otlp} the full address that it posts to (OTLP over HTTP, protobuf; otherwise {@code
     * http://localhost:4318/v1/traces}), for {@code otlp-grpc} scheme, host and port (otherwise {@code http://localhost:4317}).
     */
    Optional<String> endpoint();

    /** File that {@code file} appends to, one JSON object a line; required by it. */
    Optional<Path> file();

    /** Ways to export spans. */
    enum Exporter {
        /** No spans are made; services further down are told so, and make none for such calls either. */
        NONE,
        /** Spans are posted to a collector over HTTP. */
        OTLP,
        /** Spans are sent to a collector over gRPC. */
        OTLP_GRPC,
        /** Spans are appended to a file. */
        FILE
    }
}
