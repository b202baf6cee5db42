package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
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
            list("gateway", gateway.port(), ProcessHandle.current().pid(), "");
            CommandRun await = CommandRun.of("await", "--directory", directory.toString());
            assertThat(await.exitCode()).isZero();
            assertThat(await.out()).startsWith("gateway        serves after ");
        }
    }

    @Test
    void awaitFailsAtOnceWhenAProcessHasEndedAndShowsItsLog() throws IOException {
        list("gateway", 1, NOBODY, "starting\nno space left\n");
        CommandRun await = CommandRun.of("await", "--directory", directory.toString());
        assertThat(await.exitCode()).isEqualTo(1);
        assertThat(await.err())
                .contains("starting", "no space left")
                .endsWith("fleet: gateway has ended; its log is %s%n".formatted(directory.resolve("gateway.log")));
    }

    @Test
    void awaitGivesUpAfterItsTimeout() throws IOException {
        list("gateway", 1, ProcessHandle.current().pid(), "loading\n");
        CommandRun await = CommandRun.of("await", "--directory", directory.toString(), "--timeout", "PT0.2S");
        assertThat(await.exitCode()).isEqualTo(1);
        assertThat(await.err()).contains("fleet: gateway does not serve after 0.2 s; its log is ");
    }

    @Test
    void statusShowsHealthMemoryAndModels() throws IOException {
        try (ScriptedGateway gateway = new ScriptedGateway()) {
            long pid = ProcessHandle.current().pid();
            list(
                    "clip-service",
                    gateway.port(),
                    pid,
                    "INFO model sticker-clip:1 ready\nINFO model micro-text:1 ready\n");
            CommandRun status = CommandRun.of("status", "--directory", directory.toString());
            assertThat(status.exitCode()).isZero();
            assertThat(status.out().lines().skip(2))
                    .singleElement()
                    .asString()
                    .matches("clip-service +" + pid + " +localhost:" + gateway.port()
                            + " +SERVING +\\d+ +micro-text:1, sticker-clip:1");
        }
    }

    @Test
    void statusTellsOfAProcessThatHasEnded() throws IOException {
        list("gateway", 1, NOBODY, "");
        CommandRun status = CommandRun.of("status", "--directory", directory.toString());
        assertThat(status.out()).containsPattern("gateway +" + NOBODY + " +localhost:1 +ended +- +-");
    }

    @Test
    void statusOfNoFleetFails() {
        CommandRun status = CommandRun.of("status", "--directory", directory.toString());
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(status.out()).isEqualToIgnoringNewLines("the fleet is down");
    }

    private void list(String name, int port, long pid, String log) throws IOException {
        Files.writeString(directory.resolve(FleetProcess.LIST), "%s %d %d%n".formatted(name, port, pid));
        Files.writeString(directory.resolve(name + ".log"), log);
    }
}
