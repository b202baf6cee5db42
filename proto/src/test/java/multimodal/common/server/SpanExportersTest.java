package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import multimodal.testing.LoopbackServer;
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
    void otlpPostsToACollector() throws Exception {
        BlockingQueue<ExportTraceServiceRequest> received = new LinkedBlockingQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/traces", exchange -> {
            received.add(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        String address = "http://127.0.0.1:" + collector.getAddress().getPort();
        try (SdkTracerProvider provider = provider(exporter(TracingConfig.Exporter.OTLP, address + "/v1/traces"))) {
            provider.get("test").spanBuilder("posted").startSpan().end();

            assertThat(nameOfTheOneSpan(received.poll(1, TimeUnit.MINUTES))).isEqualTo("posted");
        } finally {
            collector.stop(0);
        }
    }

    @Test
    void otlpGrpcSendsToACollector() throws Exception {
        BlockingQueue<ExportTraceServiceRequest> received = new LinkedBlockingQueue<>();
        try (LoopbackServer collector = new LoopbackServer(new TraceServiceGrpc.TraceServiceImplBase() {
                    @Override
                    public void export(
                            ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
                        received.add(request);
                        answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                        answer.onCompleted();
                    }
                });
                SdkTracerProvider provider =
                        provider(exporter(TracingConfig.Exporter.OTLP_GRPC, "http://localhost:" + collector.port()))) {
            provider.get("test").spanBuilder("sent").startSpan().end();

            assertThat(nameOfTheOneSpan(received.poll(1, TimeUnit.MINUTES))).isEqualTo("sent");
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
        return new SpanExporters().spanExporter(new FixedTracingConfig(exporter, Optional.empty(), file));
    }

    private static SpanExporter exporter(TracingConfig.Exporter exporter, String endpoint) {
        return new SpanExporters()
                .spanExporter(new FixedTracingConfig(exporter, Optional.of(endpoint), Optional.empty()));
    }

    private static String nameOfTheOneSpan(ExportTraceServiceRequest request) {
        return request.getResourceSpans(0).getScopeSpans(0).getSpans(0).getName();
    }

    private record FixedTracingConfig(Exporter exporter, Optional<String> endpoint, Optional<Path> file)
            implements TracingConfig {}
}
