package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Loading, running and closing a graph over and over leaves nothing behind. */
class NativeMemoryTest {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int CYCLES = 200;
    private static final int SETTLED_AFTER = 10;
    private static final long TOLERATED_KIB = 12 * 1024;

    static Stream<Named<Supplier<Engine>>> engines() {
        return Stream.of(
                Named.of("onnxruntime", () -> OnnxRuntimeEngine.open(EngineContract.ONE_THREAD)),
                Named.of("pytorch", () -> PytorchEngine.open(EngineContract.ONE_THREAD)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void memoryIsLevelOverManyLoads(Supplier<Engine> opener) throws IOException {
        assumeTrue(Files.exists(STATUS), "resident memory is read from /proc");
        Engine engine = opener.get();
        ModelManifest manifest = ExampleModel.load();
        Map<String, Tensor> inputs =
                Map.of("values", Tensor.of(new float[8 * 16], 8, 16), "index", Tensor.of(new long[8], 8));
        long settled = 0;
        for (int cycle = 0; cycle < CYCLES; cycle++) {
            if (cycle % SETTLED_AFTER == 0) {
                // Keeps the heap, which is resident too, from growing meanwhile.
                System.gc();
            }
            if (cycle == SETTLED_AFTER) {
                settled = residentKib();
            }
            try (Graph graph = engine.load(manifest, manifest.artifacts().get("mixer"))) {
                graph.run(inputs);
            }
        }
        assertThat(residentKib() - settled).as("KiB grown").isLessThan(TOLERATED_KIB);
    }

    private static long residentKib() throws IOException {
        System.gc();
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
