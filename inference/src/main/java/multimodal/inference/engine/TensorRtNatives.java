package multimodal.inference.engine;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * What TensorRT needs of this machine, looked for without loading anything.
 *
 * @param gpu whether the driver of an NVIDIA GPU is there
 * @param missing libraries that are in no folder where the loader looks
 */
record TensorRtNatives(boolean gpu, List<String> missing) {

    /** What DJL's library for TensorRT is linked with, and what that needs: TensorRT 8.6, CUDA 12, cuDNN 8.9. */
    private static final List<String> LIBRARIES = List.of(
            "libnvinfer.so.8",
            "libnvinfer_plugin.so.8",
            "libnvonnxparser.so.8",
            "libnvparsers.so.8",
            "libcudart.so.12",
            "libcublas.so.12",
            "libcublasLt.so.12",
            "libcudnn.so.8");

    private static final List<String> SYSTEM_FOLDERS =
            List.of("/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/local/cuda/lib64", "/usr/local/lib");

    static TensorRtNatives find() {
        String given = Optional.ofNullable(System.getenv("LD_LIBRARY_PATH")).orElse("");
        List<Path> folders = Stream.concat(Arrays.stream(given.split(File.pathSeparator)), SYSTEM_FOLDERS.stream())
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .toList();
        // On Linux the driver shows itself by the first, in a virtual machine of Windows by the second.
        boolean gpu = Files.exists(Path.of("/dev/nvidiactl")) || Files.exists(Path.of("/dev/dxg"));
        return find(gpu, folders);
    }

    static TensorRtNatives find(boolean gpu, List<Path> folders) {
        List<String> missing = LIBRARIES.stream()
                .filter(library -> folders.stream().noneMatch(folder -> Files.exists(folder.resolve(library))))
                .toList();
        return new TensorRtNatives(gpu, missing);
    }

    /** What is missing, in one line; nothing if TensorRT can be tried. */
    Optional<String> fault() {
        List<String> needs = new ArrayList<>();
        if (!gpu) {
            needs.add("an NVIDIA GPU with its driver");
        }
        if (!missing.isEmpty()) {
            needs.add("on LD_LIBRARY_PATH " + String.join(", ", missing));
        }
        return needs.isEmpty()
                ? Optional.empty()
                : Optional.of("tensorrt: none (needs " + String.join("; ", needs) + ")");
    }

    /**
     * Lets a machine pass on which TensorRT can be tried.
     *
     * @throws InferenceException {@code MISCONFIGURED} with what is missing
     */
    void check() {
        fault().ifPresent(fault -> {
            throw new InferenceException(ErrorKind.MISCONFIGURED, fault);
        });
    }

    /** What the self-check says of TensorRT as long as no model has needed it. */
    String summary() {
        return fault().orElse("tensorrt: not needed");
    }
}
