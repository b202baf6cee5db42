package multimodal.inference.lifecycle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.testing.ExampleRegistry;

/** Loads, uses and unloads a model over and over, and prints the resident bytes after the tenth and after the last time. */
final class UnloadCycles {

    static final Path STATUS = Path.of("/proc/self/status");

    private static final int CYCLES = 200;
    private static final int SETTLED_AFTER = 10;

    private UnloadCycles() {}

    /** @param arguments the engine */
    public static void main(String[] arguments) throws IOException {
        long settled = 0;
        try (ModelRegistry registry = ExampleRegistry.open(arguments[0], ExampleModel.ROOT)) {
            registry.load(Set.of(ExampleRegistry.TASK));
            for (int cycle = 1; cycle <= CYCLES; cycle++) {
                registry.load("example", Optional.empty(), false, RequestContext.detached());
                ExampleRegistry.ask(registry);
                registry.unload("example", Optional.empty(), RequestContext.detached());
                if (cycle % SETTLED_AFTER == 0) {
                    // Buffers outside the heap are freed by the collector.
                    System.gc();
                }
                settled = cycle == SETTLED_AFTER ? residentBytes() : settled;
            }
            System.out.println(settled + " " + residentBytes());
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
