package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.testing.ExampleRegistry;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Loading, using and unloading a model over and over gives back what it takes: from the tenth time to the two-hundredth the
 * resident memory grows by at most 1 %, and what the Java compiler may take meanwhile for the methods that have become hot.
 */
@Timeout(300)
class UnloadMemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int CYCLES = 200;
    private static final int SETTLED_AFTER = 10;
    private static final double MOST_GROWTH = 0.01;
    /** Measured: 4 MiB, in two steps near the hundredth cycle, and level from there. */
    private static final long COMPILER_BYTES = 8 << 20;

    @ParameterizedTest
    @ValueSource(strings = {"onnxruntime", "pytorch"})
    void memoryIsLevelOverTwoHundredCycles(String engine) throws IOException {
        assumeTrue(Files.exists(STATUS), "resident memory is read from /proc");
        try (ModelRegistry registry = ExampleRegistry.open(engine, ExampleModel.ROOT)) {
            registry.load(Set.of(ExampleRegistry.TASK));
            long settled = 0;
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                registry.load("example", Optional.empty(), false, RequestContext.detached());
                ExampleRegistry.ask(registry);
                registry.unload("example", Optional.empty(), RequestContext.detached());
                if (cycle % SETTLED_AFTER == 0) {
                    // Keeps the heap, which is resident too, from growing meanwhile.
                    System.gc();
                }
                settled = cycle == SETTLED_AFTER ? residentBytes() : settled;
            }
            assertThat(residentBytes() - settled)
                    .as("bytes grown over %d", settled)
                    .isLessThanOrEqualTo((long) (settled * MOST_GROWTH) + COMPILER_BYTES);
        }
    }

    private static long residentBytes() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
