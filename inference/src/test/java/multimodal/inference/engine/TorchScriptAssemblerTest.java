package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.repository.Safetensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchScriptAssemblerTest {

    @TempDir
    Path root;

    private Path folder;
    private Path target;

    @BeforeEach
    void copyExample() {
        folder = ExampleModel.copyTo(root, "example", "1");
        target = root.resolve("completed.pt");
    }

    @Test
    void leftOutRecordsComeBackAsFloat32() throws IOException {
        TorchScriptAssembler.assemble(folder.resolve("mixer.pt"), target);

        try (ZipFile completed = new ZipFile(target.toFile());
                Safetensors weights = Safetensors.open(folder.resolve("weights.safetensors"))) {
            assertThat(completed.getEntry("weights.json")).isNull();
            assertThat(completed.stream()).allMatch(entry -> entry.getMethod() == ZipEntry.STORED);
            byte[] record =
                    completed.getInputStream(completed.getEntry("mixer/data/0")).readAllBytes();
            float[] values = new float[128];
            ByteBuffer.wrap(record)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            assertThat(values)
                    .containsExactly(
                            weights.tensor(weights.names().iterator().next()).floats());
        }
    }

    @Test
    void recordsOfAGraphThatComputesInHalfPrecisionComeBackAsTheyAreStored() throws IOException {
        Path graph = folder.resolve("half.pt");
        try (Safetensors weights = Safetensors.open(folder.resolve("weights.safetensors"))) {
            String name = weights.names().iterator().next();
            writeMap(graph, "{\"half/data/0\":{\"tensor\":\"" + name + "\",\"dtype\":\"float16\"}}");

            TorchScriptAssembler.assemble(graph, target);

            try (ZipFile completed = new ZipFile(target.toFile())) {
                assertThat(completed.getInputStream(completed.getEntry("half/data/0")))
                        .hasBinaryContent(weights.halves(name));
            }
        }
    }

    @Test
    void anArchiveWithoutMapIsCompleteAlready() throws IOException {
        TorchScriptAssembler.assemble(folder.resolve("mixer.pt"), target);
        Path again = root.resolve("again.pt");
        TorchScriptAssembler.assemble(target, again);
        assertThat(again).hasSameBinaryContentAs(target);
    }

    @Test
    void aWeightThatIsNotThereIsNamed() throws IOException {
        Path graph = folder.resolve("lost.pt");
        writeMap(graph, "{\"lost/data/0\":{\"tensor\":\"gone\",\"dtype\":\"float32\"}}");
        assertThatThrownBy(() -> TorchScriptAssembler.assemble(graph, target))
                .isInstanceOf(InferenceException.class)
                .hasMessage("lost.pt: weights.json: lost/data/0: float32 gone"
                        + " (expected: float32 or float16 of a tensor in weights.safetensors)");
    }

    private static void writeMap(Path graph, String map) throws IOException {
        try (ZipOutputStream archive = new ZipOutputStream(Files.newOutputStream(graph))) {
            archive.putNextEntry(new ZipEntry("weights.json"));
            archive.write(map.getBytes(StandardCharsets.UTF_8));
        }
    }
}
