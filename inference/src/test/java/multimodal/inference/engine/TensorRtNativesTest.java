package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorRtNativesTest {

    private static final List<String> LIBRARIES = List.of(
            "libnvinfer.so.8",
            "libnvinfer_plugin.so.8",
            "libnvonnxparser.so.8",
            "libnvparsers.so.8",
            "libcudart.so.12",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcudnn.so.8");

    @TempDir
    Path first;

    @TempDir
    Path second;

    @Test
    void librariesInAnyOfTheFoldersAndAGpuPass() throws IOException {
        for (String library : LIBRARIES) {
            Files.createFile((library.startsWith("libnv") ? first : second).resolve(library));
        }
        TensorRtNatives natives = TensorRtNatives.find(true, List.of(first, second));
        natives.check();
        assertThat(natives.summary()).isEqualTo("tensorrt: not needed");
    }

    @Test
    void whatIsMissingIsToldInOneLine() throws IOException {
        for (String library : LIBRARIES.subList(0, 7)) {
            Files.createFile(first.resolve(library));
        }
        assertThat(TensorRtNatives.find(true, List.of(first)).summary())
                .isEqualTo("tensorrt: none (needs on LD_LIBRARY_PATH libcudnn.so.8)");
        TensorRtNatives natives = TensorRtNatives.find(false, List.of(first));
        assertThat(natives.summary())
                .isEqualTo("tensorrt: none (needs an NVIDIA GPU with its driver; on LD_LIBRARY_PATH libcudnn.so.8)");
        assertThatThrownBy(natives::check).hasMessage(natives.summary());
    }

    @Test
    void theLibrariesOfThisMachineLoadAndTellTheirVersion() {
        TensorRtNatives natives = TensorRtNatives.find();
        assumeTrue(natives.missing().isEmpty(), () -> "skipped: " + natives.summary());
        assertThat(TensorRtEngine.libraryVersion()).matches("8\\.6\\.\\d+");
    }
}
