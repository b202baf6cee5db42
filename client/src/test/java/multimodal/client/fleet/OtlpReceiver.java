package multimodal.client.fleet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** A collector: takes traces and metrics over OTLP (HTTP, protobuf) on a free port of loopback and keeps them. */
final class OtlpReceiver implements AutoCloseable {

    private static final String SERVICE_NAME = "service.name";
    private static final long LONGEST_WAIT_NANOS = 120_000_000_000L;

    private final HttpServer server;
    private final List<ReceivedSpan> spans = new ArrayList<>();
    private final Set<String> metrics = new HashSet<>();

    /** A span, and the service that sent it. */
    record ReceivedSpan(String service, Span span) {}

    OtlpReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> {
            takeTraces(ExportTraceServiceRequest.parseFrom(exchange.getRequestBody()));
            acknowledge(exchange);
        });
        server.createContext("/v1/metrics", exchange -> {
            takeMetrics(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
            acknowledge(exchange);
        });
        server.start();
    }

    /** Address of the collector; {@code path} is {@code /v1/traces} or {@code /v1/metrics}. */
    String endpoint(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    /** What has come, once it satisfies {@code enough}; if that takes too long, what there is. */
    synchronized List<ReceivedSpan> awaitSpans(Predicate<List<ReceivedSpan>> enough) throws InterruptedException {
        await(() -> enough.test(spans));
        return List.copyOf(spans);
    }

    /** Names of metrics with the service that sent them, {@code service name}, once {@code expected} are among them. */
    synchronized Set<String> awaitMetrics(Set<String> expected) throws InterruptedException {
        await(() -> metrics.containsAll(expected));
        return Set.copyOf(metrics);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + LONGEST_WAIT_NANOS;
        while (!condition.getAsBoolean()) {
            long leftMillis = (end - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return;
            }
            wait(leftMillis);
        }
    }

    private synchronized void takeTraces(ExportTraceServiceRequest request) {
        request.getResourceSpansList()
                .forEach(resource -> resource.getScopeSpansList().forEach(scope -> scope.getSpansList()
                        .forEach(span -> spans.add(new ReceivedSpan(service(resource.getResource()), span)))));
        notifyAll();
    }

    private synchronized void takeMetrics(ExportMetricsServiceRequest request) {
        request.getResourceMetricsList()
                .forEach(resource -> resource.getScopeMetricsList().forEach(scope -> scope.getMetricsList()
                        .forEach(metric -> metrics.add(service(resource.getResource()) + " " + metric.getName()))));
        notifyAll();
    }

    private static String service(Resource resource) {
        return text(resource.getAttributesList(), SERVICE_NAME);
    }

    /** The text of the attribute {@code name}; empty if there is none. */
    static String text(List<KeyValue> attributes, String name) {
        return attributes.stream()
                .filter(attribute -> attribute.getKey().equals(name))
                .map(KeyValue::getValue)
                .map(value -> value.getStringValue())
                .findFirst()
                .orElse("");
    }

    private static void acknowledge(HttpExchange exchange) throws IOException {
        // An empty message of the protocol says that all was taken.
        exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }
}
