package multimodal.inference.engine;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Precision;

/** TensorRT's own program that builds plans: DJL builds them too, but cannot write them to a file. */
final class Trtexec {

    private static final String NAME = "trtexec";
    private static final List<String> USUAL_FOLDERS = List.of("/usr/src/tensorrt/bin", "/opt/tensorrt/bin");

    private final Path program;

    Trtexec(Path program) {
        this.program = program;
    }

    /** The program on the path, or where NVIDIA's packages and images have it. */
    static Optional<Trtexec> find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Stream.concat(Arrays.stream(path.split(File.pathSeparator)), USUAL_FOLDERS.stream())
                .map(folder -> Path.of(folder).resolve(NAME))
                .filter(Files::isExecutable)
                .findFirst()
                .map(Trtexec::new);
    }

    /**
     * Builds a plan for the first GPU.
     *
     * @param graph an ONNX file whose inputs have no free extents
     * @throws InferenceException {@code MISCONFIGURED} with what the program said last
     */
    void build(Path graph, Path plan, Precision precision) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(program.toString(), "--onnx=" + graph, "--saveEngine=" + plan, "--skipInference"));
        if (precision == Precision.FLOAT16) {
            command.add("--fp16");
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            if (status != 0 || Files.size(plan) == 0) {
                throw new InferenceException(
                        ErrorKind.MISCONFIGURED,
                        "%s: exit %d: %s".formatted(NAME, status, said.strip().replaceAll("(?s).*\n", "")));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(NAME + ": interrupted", e);
        } finally {
            process.destroy();
        }
    }
}
