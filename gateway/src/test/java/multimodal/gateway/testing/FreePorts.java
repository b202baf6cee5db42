package multimodal.gateway.testing;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Free ports for the gateway and for the {@link FakeFleet} that the test starts, and a file for the spans. */
public final class FreePorts implements QuarkusTestResourceLifecycleManager {
    @Override
    public Map<String, String> start() {
        try (ServerSocket own = new ServerSocket(0);
                ServerSocket image = new ServerSocket(0);
                ServerSocket clip = new ServerSocket(0)) {
            Path spans = Files.createTempFile("gateway-spans", ".jsonl");
            return Map.of(
                    "quarkus.http.test-port",
                    "0",
                    "quarkus.grpc.server.test-port",
                    Integer.toString(own.getLocalPort()),
                    "gateway.services.image.addresses",
                    "localhost:" + image.getLocalPort(),
                    "gateway.services.clip.addresses",
                    "localhost:" + clip.getLocalPort(),
                    "fleet.tracing.exporter",
                    "file",
                    "fleet.tracing.file",
                    spans.toString(),
                    "quarkus.otel.bsp.schedule.delay",
                    "0.1S");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {}
}
