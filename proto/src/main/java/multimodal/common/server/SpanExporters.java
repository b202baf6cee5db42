package multimodal.common.server;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.arc.Unremovable;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;

/** Chooses the span exporter by {@link TracingConfig}; the bean's presence keeps Quarkus from exporting on its own. */
@Singleton
public class SpanExporters {
    @Produces
    @Singleton
    @Unremovable
    SpanExporter spanExporter(TracingConfig config) {
        return switch (config.exporter()) {
            case NONE -> SpanExporter.composite();
            case OTLP ->
                OtlpHttpSpanExporter.builder()
                        .setEndpoint(config.endpoint().orElse("http://localhost:4318/v1/traces"))
                        .build();
            case OTLP_GRPC ->
                OtlpGrpcSpanExporter.builder()
                        .setEndpoint(config.endpoint().orElse("http://localhost:4317"))
                        .build();
            case FILE -> new FileSpanExporter(file(config));
        };
    }

    private static Path file(TracingConfig config) {
        return config.file()
                .orElseThrow(
                        () -> new IllegalArgumentException(
                                "fleet.tracing.file: unset (expected: a file to append to, as fleet.tracing.exporter is file)"));
    }
}
