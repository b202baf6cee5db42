package multimodal.inference.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
        TorchScriptAssembler.assemble(folder.resolve("mixer.pt"), target, Device.CPU);

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

            TorchScriptAssembler.assemble(graph, target, Device.CPU);

            try (ZipFile completed = new ZipFile(target.toFile())) {
                assertThat(completed.getInputStream(completed.getEntry("half/data/0")))
                        .hasBinaryContent(weights.halves(name));
            }
        }
    }

    /** Tensors that a graph makes itself are made where it was traced, unless its code is told otherwise. */
    @Test
    void codeMakesItsTensorsOnTheDeviceThatRunsIt() throws IOException {
        Path graph = folder.resolve("made.pt");
        try (ZipOutputStream archive = new ZipOutputStream(Files.newOutputStream(graph))) {
            archive.putNextEntry(new ZipEntry("made/code/__torch__.py"));
            archive.write("torch.arange(3, device=torch.device(\"cpu\"))".getBytes(UTF_8));
        }

        for (Device device : Device.values()) {
            TorchScriptAssembler.assemble(graph, target, device);

            try (ZipFile completed = new ZipFile(target.toFile())) {
                assertThat(completed.getInputStream(completed.getEntry("made/code/__torch__.py")))
                        .hasContent("torch.arange(3, device=torch.device(\"" + device.torchName() + "\"))");
            }
        }
    }

    @Test
    void anArchiveWithoutMapIsCompleteAlready() throws IOException {
        TorchScriptAssembler.assemble(folder.resolve("mixer.pt"), target, Device.CPU);
        Path again = root.resolve("again.pt");
        TorchScriptAssembler.assemble(target, again, Device.CPU);
        assertThat(again).hasSameBinaryContentAs(target);
    }

    @Test
    void aWeightThatIsNotThereIsNamed() throws IOException {
        Path graph = folder.resolve("lost.pt");
        writeMap(graph, "{\"lost/data/0\":{\"tensor\":\"gone\",\"dtype\":\"float32\"}}");
        assertThatThrownBy(() -> TorchScriptAssembler.assemble(graph, target, Device.CPU))
                .isInstanceOf(InferenceException.class)
                .hasMessage("lost.pt: weights.json: lost/data/0: float32 gone"
                        + " (expected: float32 or float16 of a tensor in weights.safetensors)");
    }

    private static void writeMap(Path graph, String map) throws IOException {
        try (ZipOutputStream archive = new ZipOutputStream(Files.newOutputStream(graph))) {
            archive.putNextEntry(new ZipEntry("weights.json"));
            archive.write(map.getBytes(UTF_8));
        }
    }
}
