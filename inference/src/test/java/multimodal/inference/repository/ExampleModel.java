package multimodal.inference.repository;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The example of {@code docs/model-repository.md} among the test resources, and copies of it to spoil. */
public final class ExampleModel {

    /** A repository root that holds the one model {@code example/1}. */
    public static final Path ROOT = Path.of("src/test/resources/repository");

    public static final ModelId ID = new ModelId("example", "1");

    private ExampleModel() {}

    public static ModelManifest load() {
        return new ModelRepository(List.of(ROOT)).load(ID);
    }

    /** Copies the model to {@code <root>/<name>/<version>} and answers that folder. */
    public static Path copyTo(Path root, String name, String version) {
        Path target = root.resolve(name).resolve(version);
        try (Stream<Path> files = Files.list(ROOT.resolve("example/1"))) {
            Files.createDirectories(target);
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces every {@code found} in the manifest of the model in {@code folder}. */
    public static void edit(Path folder, String found, String replacement) {
        Path file = folder.resolve("model.yaml");
        try {
            String text = Files.readString(file);
            if (!text.contains(found)) {
                throw new IllegalArgumentException("not in the manifest: " + found);
            }
            Files.writeString(file, text.replace(found, replacement));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
