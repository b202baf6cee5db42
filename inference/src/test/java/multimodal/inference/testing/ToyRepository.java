package multimodal.inference.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Writes models that need no weights, for {@link ScriptedEngine}: one artifact {@code adder} with input {@code x} and output
 * {@code y}, float32 (rows, width).
 */
public final class ToyRepository {

    private static final String MANIFEST =
            """
            name: %s
            version: "%s"
            task: %s
            architecture: none
            licence: Apache-2.0
            provenance: written by a test
            artifacts:
              adder:
                graphs:
                  onnxruntime: {file: adder.onnx}
                inputs:
                  - {name: x, dtype: float32, shape: [-1, -1]}
                outputs:
                  - {name: y, dtype: float32, shape: [-1, -1]}
                max_batch: 8
            parameters: {}
            files: {adder.onnx: %s}
            quality: []
            """;

    private ToyRepository() {}

    /** Adds {@code <root>/<name>/<version>}. */
    public static void write(Path root, String name, String version, String task) {
        try {
            Path directory = Files.createDirectories(root.resolve(name).resolve(version));
            byte[] graph = (name + version).getBytes(StandardCharsets.UTF_8);
            Files.write(directory.resolve("adder.onnx"), graph);
            Files.writeString(directory.resolve("model.yaml"), MANIFEST.formatted(name, version, task, sha256(graph)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
