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

@EnabledOnOs(value = OS.LINUX, disabledReason = "reads the resident memory from /proc")
class TextToImageLeakTest {

    private static final int WARM_UP = 150;
    private static final int GENERATIONS = 500;
    private static final long TOLERATED_RESIDENT_BYTES = 48L << 20;
    private static final long TOLERATED_HEAP_BYTES = 8L << 20;

    @Test
    void fiveHundredGenerationsLeaveMemoryLevel() throws IOException {
        try (ShippedModel shipped = ShippedModel.open("onnxruntime")) {
            DiffusionModel model = shipped.model();
            generate(model, WARM_UP);
            long heapBefore = heapBytes();
            long residentBefore = residentBytes();
            generate(model, GENERATIONS);
            assertThat(heapBytes() - heapBefore).as("growth of the heap").isLessThan(TOLERATED_HEAP_BYTES);
            assertThat(residentBytes() - residentBefore)
                    .as("growth of the resident memory")
                    .isLessThan(TOLERATED_RESIDENT_BYTES);
        }
    }

    private static void generate(DiffusionModel model, int count) {
        int side = model.size().min();
        for (int i = 0; i < count; i++) {
            GenerateImageOptions options =
                    new Options().steps(1).size(side, side).seed(i).build();
            new TextToImage().generate(model, options, RequestContext.detached(), progress -> {});
        }
    }

    private static long heapBytes() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long residentBytes() throws IOException {
        String kilobytes = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .map(line -> line.replaceAll("\\D", ""))
                .findFirst()
                .orElseThrow();
        return 1024 * Long.parseLong(kilobytes);
    }
}
