package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loading, using and unloading a model over and over gives back what it takes: from the tenth time to the two-hundredth the
 * process grows by at most 1 %. In a process of its own, whose heap is resident from the start and where Java compiles nothing, for
 * both take some MiB more for a while: what grows here is the engine's.
 */
@Timeout(300)
class UnloadMemoryTest {

    private static final double MOST_GROWTH = 0.01;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"onnxruntime", "pytorch"})
    void memoryIsLevelOverTwoHundredCycles(String engine) throws IOException, InterruptedException {
        assumeTrue(Files.exists(UnloadCycles.STATUS), "resident memory is read from /proc");
        String[] bytes = run(engine).split(" ");
        long settled = Long.parseLong(bytes[0]);

        assertThat(Long.parseLong(bytes[1]) - settled)
                .as("bytes grown over %d", settled)
                .isLessThanOrEqualTo((long) (settled * MOST_GROWTH));
    }

    /** The last line that the cycles print. */
    private String run(String engine) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms128m",
                "-Xmx128m",
                "-XX:+AlwaysPreTouch",
                "-Xint",
                "-cp",
                System.getProperty("java.class.path")));
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("ai.djl") || name.startsWith("fleet."))
                .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
        command.addAll(List.of(UnloadCycles.class.getName(), engine));
        Path output = directory.resolve("output");
        int exitCode = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start()
                .waitFor();
        List<String> lines = Files.readAllLines(output);
        assertThat(exitCode).as("%s", lines).isZero();
        return lines.get(lines.size() - 1);
    }
}
