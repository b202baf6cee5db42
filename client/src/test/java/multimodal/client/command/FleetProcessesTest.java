package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.client.testing.CommandRun;
import multimodal.client.testing.ScriptedGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FleetProcessesTest {

    private static final long NOBODY = Integer.MAX_VALUE;

    @TempDir
    Path directory;

    @Test
    void awaitReturnsWhenAllServe() throws IOException {
        try (ScriptedGateway gateway = new ScriptedGateway()) {
            list("gateway", gateway.port(), 1, ProcessHandle.current().pid(), "");
            CommandRun await = CommandRun.of("await", "--directory", directory.toString());
            assertThat(await.exitCode()).isZero();
            assertThat(await.out()).startsWith("gateway        serves after ");
        }
    }

    @Test
    void awaitFailsAtOnceWhenAProcessHasEndedAndShowsItsLog() throws IOException {
        list("gateway", 1, 1, NOBODY, "starting\nno space left\n");
        CommandRun await = CommandRun.of("await", "--directory", directory.toString());
        assertThat(await.exitCode()).isEqualTo(1);
        assertThat(await.err())
                .contains("starting", "no space left")
                .endsWith("fleet: gateway has ended; its log is %s%n".formatted(directory.resolve("gateway.log")));
    }

    @Test
    void awaitGivesUpAfterItsTimeout() throws IOException {
        list("gateway", 1, 1, ProcessHandle.current().pid(), "loading\n");
        CommandRun await = CommandRun.of("await", "--directory", directory.toString(), "--timeout", "PT0.2S");
        assertThat(await.exitCode()).isEqualTo(1);
        assertThat(await.err())
                .contains(
                        "fleet: gateway does not serve multimodal.gateway.v1.WorkflowService after 0.2 s; its log is ");
    }

    @Test
    void statusShowsHealthMemoryAndModels() throws IOException {
        try (ScriptedGateway gateway = new ScriptedGateway()) {
            long pid = ProcessHandle.current().pid();
            HttpServer metrics = metrics(
                    """
                    inference_model_state{model="sticker-clip/1",state="ready"} 1.0
                    inference_model_state{model="micro-text/1",state="ready"} 1.0
                    inference_model_state{model="micro-text/2",state="loading"} 1.0
                    inference_model_state{model="micro-text/2",state="ready"} 0.0
                    """);
            list("clip-service", gateway.port(), metrics.getAddress().getPort(), pid, "");
            CommandRun status = CommandRun.of("status", "--directory", directory.toString());
            metrics.stop(0);
            assertThat(status.exitCode()).isZero();
            assertThat(status.out().lines().skip(2))
                    .singleElement()
                    .asString()
                    .matches("clip-service +" + pid + " +localhost:" + gateway.port()
                            + " +SERVING +\\d+ +micro-text/1, sticker-clip/1");
        }
    }

    @Test
    void statusTellsOfAProcessThatHasEnded() throws IOException {
        list("gateway", 1, 1, NOBODY, "");
        CommandRun status = CommandRun.of("status", "--directory", directory.toString());
        assertThat(status.out()).containsPattern("gateway +" + NOBODY + " +localhost:1 +ended +- +-");
    }

    @Test
    void statusOfNoFleetFails() {
        CommandRun status = CommandRun.of("status", "--directory", directory.toString());
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.out()).isEqualToIgnoringNewLines("the fleet is down");
    }

    private static HttpServer metrics(String body) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
        server.createContext("/q/metrics", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(body.getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        return server;
    }

    private void list(String name, int port, int httpPort, long pid, String log) throws IOException {
        Files.writeString(directory.resolve(FleetProcess.LIST), "%s %d %d %d%n".formatted(name, port, httpPort, pid));
        Files.writeString(directory.resolve(name + ".log"), log);
    }
}
