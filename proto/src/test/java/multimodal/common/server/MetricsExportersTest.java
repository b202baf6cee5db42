package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.micrometer.registry.otlp.OtlpMeterRegistry;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.ResourceMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import multimodal.common.server.MetricsConfig.Exporter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MetricsExportersTest {
    private final CompletableFuture<ExportMetricsServiceRequest> received = new CompletableFuture<>();
    private HttpServer collector;

    @BeforeEach
    void startCollector() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            received.complete(ExportMetricsServiceRequest.parseFrom(exchange.getRequestBody()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
    }

    @AfterEach
    void stopCollector() {
        collector.stop(0);
    }

    @Test
    void metricsArePostedWithTheNameOfTheService() throws Exception {
        MetricsExporters exporters = new MetricsExporters();
        OtlpMeterRegistry registry = exporters.otlp(config(Exporter.OTLP), "some-service");
        registry.counter("pictures").increment(3);

        exporters.close(registry);

        ResourceMetrics metrics = received.get().getResourceMetrics(0);
        assertThat(metrics.getResource().getAttributesList())
                .anyMatch(attribute -> attribute.getKey().equals("service.name")
                        && attribute.getValue().getStringValue().equals("some-service"));
        assertThat(metrics.getScopeMetrics(0).getMetricsList())
                .extracting(Metric::getName)
                .contains("pictures");
    }

    @Test
    void byDefaultNothingIsCountedTwice() {
        MetricsExporters exporters = new MetricsExporters();
        OtlpMeterRegistry registry = exporters.otlp(config(Exporter.NONE), "some-service");

        registry.counter("pictures").increment();

        assertThat(registry.getMeters()).isEmpty();
        exporters.close(registry);
        assertThat(received).isNotDone();
    }

    private MetricsConfig config(Exporter exporter) {
        String endpoint = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics";
        return new MetricsConfig() {
            @Override
            public Exporter exporter() {
                return exporter;
            }

            @Override
            public String endpoint() {
                return endpoint;
            }

            @Override
            public Duration interval() {
                return Duration.ofHours(1);
            }
        };
    }
}
