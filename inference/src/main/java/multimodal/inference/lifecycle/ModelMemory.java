package multimodal.inference.lifecycle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Safetensors;

/**
 * What a model will take of memory, told from its files before it is loaded: four bytes for each number of its weights,
 * since engines compute in float32, and its other files as they are. Measured memory is more by what engines add
 * (buffers between layers, packed weights); see {@code docs/operations.md}.
 */
final class ModelMemory {

    private static final String WEIGHTS = ".safetensors";

    private ModelMemory() {}

    /** Bytes, at least 0. */
    static long estimate(ModelManifest manifest) {
        return manifest.files().keySet().stream()
                .mapToLong(file -> file.endsWith(WEIGHTS)
                        ? weights(manifest.directory().resolve(file))
                        : size(manifest.directory().resolve(file)))
                .sum();
    }

    private static long weights(Path file) {
        try (Safetensors weights = Safetensors.open(file)) {
            return weights.names().stream()
                    .mapToLong(name -> (long) Float.BYTES * weights.shape(name).elementCount())
                    .sum();
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
