package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C while the script {@code fleet} works. */
class InterruptedFleetIT {

    @TempDir
    Path directory;

    private final int portBase = RunningFleet.freePortBase();
    private Process script;

    /** Whatever has become of the test, nothing that it has started goes on. */
    @AfterEach
    void stop() throws Exception {
        script.destroyForcibly().waitFor();
        RunningFleet.script(directory, portBase, "down").start().waitFor();
    }

    @Test
    void nothingThatItHasStartedGoesOn() throws Exception {
        ProcessBuilder command = RunningFleet.script(directory, portBase, "up", "--no-build");
        // In the background interrupts are ignored, and no shell can trap what was ignored when it began.
        command.command().addAll(0, List.of("env", "--default-signal=INT"));
        script = command.start();
        BufferedReader lines = script.inputReader(StandardCharsets.UTF_8);
        readUntil("image-service", lines);
        List<ProcessHandle> services = Files.readAllLines(directory.resolve("processes")).stream()
                .map(line -> Long.parseLong(line.split(" ")[3]))
                .map(pid -> ProcessHandle.of(pid).orElseThrow())
                .toList();

        new ProcessBuilder("kill", "-INT", Long.toString(script.pid())).start().waitFor();

        assertThat(lines.lines()).containsOnlyOnce("fleet: interrupted; stopping the services");
        assertThat(script.waitFor()).isEqualTo(130);
        // A process that has ended has no command line, even while nobody has noticed its end.
        assertThat(services)
                .hasSize(3)
                .noneMatch(service -> service.info().commandLine().isPresent());
        assertThat(directory.resolve("processes")).doesNotExist();
    }

    private static void readUntil(String start, BufferedReader lines) throws Exception {
        String line = lines.readLine();
        while (line != null && !line.startsWith(start)) {
            line = lines.readLine();
        }
    }
}
