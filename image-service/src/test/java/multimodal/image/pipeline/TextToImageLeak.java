package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * Generations leave heap and native memory as they were; a subclass for each engine. The heap is collected often: its pages
 * are resident too once they have been written, and would hide what the engine does.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads the resident memory from /proc")
abstract class TextToImageLeak {

    private static final int GENERATIONS = 500;
    private static final int BETWEEN_COLLECTIONS = 25;
    /** Looks at the memory at either end; the least counts, for the JIT compiler takes 35 MB now and then and gives it back. */
    private static final int LOOKS = 4;

    private static final long TOLERATED_RESIDENT_BYTES = 8L << 20;
    private static final long TOLERATED_HEAP_BYTES = 2L << 20;

    private final String engine;

    TextToImageLeak(String engine) {
        this.engine = engine;
    }

    /** Bytes in use. */
    private record Memory(long heap, long resident) {

        private static final Memory ALL = new Memory(Long.MAX_VALUE, Long.MAX_VALUE);

        Memory least(Memory other) {
            return new Memory(Math.min(heap, other.heap), Math.min(resident, other.resident));
        }
    }

    @Test
    void fiveHundredGenerationsLeaveMemoryLevel() throws IOException {
        try (ShippedModel shipped = ShippedModel.open(engine)) {
            DiffusionModel model = shipped.model();
            generate(model, LOOKS);
            Memory before = generate(model, LOOKS);
            generate(model, GENERATIONS / BETWEEN_COLLECTIONS - LOOKS);
            Memory after = generate(model, LOOKS);
            assertThat(after.heap() - before.heap()).as("growth of the heap").isLessThan(TOLERATED_HEAP_BYTES);
            assertThat(after.resident() - before.resident())
                    .as("growth of the resident memory")
                    .isLessThan(TOLERATED_RESIDENT_BYTES);
        }
    }

    /** Generates and collects that many times; returns the least memory seen. */
    private static Memory generate(DiffusionModel model, int rounds) throws IOException {
        int side = model.size().min();
        Memory least = Memory.ALL;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < BETWEEN_COLLECTIONS; i++) {
                GenerateImageOptions options =
                        new Options().steps(1).size(side, side).seed(i).build();
                new TextToImage().generate(model, options, RequestContext.detached(), progress -> {});
            }
            System.gc();
            least = least.least(memory());
        }
        return least;
    }

    private static Memory memory() throws IOException {
        String kilobytes = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow();
        return new Memory(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), 1024 * Long.parseLong(kilobytes));
    }
}
