package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpanExportersTest {
    @TempDir
    Path folder;

    @Test
    void eachSpanIsOneLineWithItsIdsAndLinks() throws Exception {
        Path file = folder.resolve("spans.jsonl");
        Span parent;
        try (SdkTracerProvider provider = provider(exporter(TracingConfig.Exporter.FILE, Optional.of(file)))) {
            Tracer tracer = provider.get("test");
            Span linked = tracer.spanBuilder("request").startSpan();
            parent =
                    tracer.spanBuilder("batch").addLink(linked.getSpanContext()).startSpan();
            tracer.spanBuilder("engine")
                    .setParent(Context.root().with(parent))
                    .setAttribute("rows", 2L)
                    .setAttribute(AttributeKey.stringArrayKey("names"), List.of("a", "b"))
                    .startSpan()
                    .end();
            parent.end();
            linked.end();
        }

        List<JsonObject> spans =
                Files.readAllLines(file).stream().map(JsonObject::new).toList();

        assertThat(spans).extracting(span -> span.getString("name")).containsExactly("engine", "batch", "request");
        JsonObject engine = spans.get(0);
        assertThat(engine.getString("traceId"))
                .isEqualTo(parent.getSpanContext().getTraceId());
        assertThat(engine.getString("parentSpanId"))
                .isEqualTo(parent.getSpanContext().getSpanId());
        assertThat(engine.getString("service")).isEqualTo("some-service");
        assertThat(engine.getLong("endTimeUnixNano")).isGreaterThanOrEqualTo(engine.getLong("startTimeUnixNano"));
        assertThat(engine.getJsonObject("attributes").getLong("rows")).isEqualTo(2);
        assertThat(engine.getJsonObject("attributes").getJsonArray("names")).isEqualTo(new JsonArray("[\"a\",\"b\"]"));
        assertThat(spans.get(1).getJsonArray("links").getJsonObject(0).getString("spanId"))
                .isEqualTo(spans.get(2).getString("spanId"));
    }

    @Test
    void otlpPostsToACollector() {
        try (SpanExporter exporter = exporter(TracingConfig.Exporter.OTLP, Optional.empty())) {
            assertThat(exporter).isInstanceOf(OtlpHttpSpanExporter.class);
        }
    }

    @Test
    void fileNeedsAFile() {
        assertThatThrownBy(() -> exporter(TracingConfig.Exporter.FILE, Optional.empty()))
                .hasMessageStartingWith("fleet.tracing.file: unset");
    }

    private static SdkTracerProvider provider(SpanExporter exporter) {
        return SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(exporter))
                .setResource(Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "some-service")))
                .build();
    }

    private static SpanExporter exporter(TracingConfig.Exporter exporter, Optional<Path> file) {
        return new SpanExporters()
                .spanExporter(new FixedTracingConfig(exporter, "http://localhost:4318/v1/traces", file));
    }

    private record FixedTracingConfig(Exporter exporter, String endpoint, Optional<Path> file)
            implements TracingConfig {}
}
