package multimodal.client.fleet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
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

/** A collector on free ports of loopback: takes traces over OTLP by gRPC, metrics by HTTP, and keeps them. */
final class OtlpReceiver implements AutoCloseable {

    private static final String SERVICE_NAME = "service.name";
    private static final long LONGEST_WAIT_NANOS = 120_000_000_000L;

    private final HttpServer http;
    private final Server grpc;
    private final List<ReceivedSpan> spans = new ArrayList<>();
    private final Set<String> metrics = new HashSet<>();

    /** A span, and the service that sent it. */
    record ReceivedSpan(String service, Span span) {}

    OtlpReceiver() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.createContext("/v1/metrics", exchange -> {
            takeMetrics(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
            acknowledge(exchange);
        });
        http.start();
        grpc = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new Traces())
                .build()
                .start();
    }

    private final class Traces extends TraceServiceGrpc.TraceServiceImplBase {

        @Override
        public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> answer) {
            takeTraces(request);
            answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
            answer.onCompleted();
        }
    }

    /** Where traces are taken. */
    String tracesEndpoint() {
        return "http://localhost:" + grpc.getPort();
    }

    /** Where metrics are taken. */
    String metricsEndpoint() {
        return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1/metrics";
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
        grpc.shutdownNow();
        http.stop(0);
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
