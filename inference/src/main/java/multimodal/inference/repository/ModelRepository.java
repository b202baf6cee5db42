package multimodal.inference.repository;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * Models on disk: {@code <root>/<name>/<version>/model.yaml} and the files it lists. Roots are searched in order; the first
 * that has a name and version wins, so a later root (the user's) adds models and versions and replaces none.
 * Each call looks at the disk anew. Thread-safe.
 */
public final class ModelRepository {

    private static final int BUFFER_BYTES = 1 << 16;

    private final List<Path> roots;

    /**
     * A repository over folders that exist.
     *
     * @throws InferenceException {@code MISCONFIGURED} naming each root that is no folder
     */
    public ModelRepository(List<Path> roots) {
        this.roots =
                roots.stream().map(root -> root.toAbsolutePath().normalize()).toList();
        List<Path> missing =
                this.roots.stream().filter(root -> !Files.isDirectory(root)).toList();
        if (!missing.isEmpty()) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, "model repository: %s (expected: folders that exist)".formatted(missing));
        }
    }

    /** Every folder with a {@code model.yaml}, sound or not, by name, then oldest version first. */
    public List<ModelId> models() {
        return List.copyOf(directories().keySet());
    }

    /**
     * Reads a model's manifest and checks it against its folder, without a look into the other files.
     *
     * @throws InferenceException {@code NOT_FOUND} with what there is, or {@code MISCONFIGURED} with every fault
     */
    public ModelManifest manifest(ModelId id) {
        SortedMap<ModelId, Path> directories = directories();
        Path directory = directories.get(id);
        if (directory == null) {
            throw InferenceException.notFound("model", id, "one of " + directories.keySet());
        }
        return ManifestReader.read(directory);
    }

    /**
     * Reads a manifest as {@link #manifest} does, and every file that it lists, to compare the sha256. A model whose files
     * are to be opened comes from here.
     *
     * @throws InferenceException as {@link #manifest}, and {@code MISCONFIGURED} with every file that differs
     */
    public ModelManifest load(ModelId id) {
        ModelManifest manifest = manifest(id);
        checkContents(manifest);
        return manifest;
    }

    private SortedMap<ModelId, Path> directories() {
        SortedMap<ModelId, Path> directories = new TreeMap<>();
        for (Path root : roots) {
            for (Path model : folders(root)) {
                for (Path version : folders(model)) {
                    if (Files.isRegularFile(version.resolve(ManifestReader.FILE_NAME))) {
                        directories.putIfAbsent(
                                new ModelId(
                                        model.getFileName().toString(),
                                        version.getFileName().toString()),
                                version);
                    }
                }
            }
        }
        return directories;
    }

    private static List<Path> folders(Path parent) {
        try (Stream<Path> children = Files.list(parent)) {
            return children.filter(Files::isDirectory).sorted().toList();
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(parent, e);
        }
    }

    private static void checkContents(ModelManifest manifest) {
        List<String> faults = new ArrayList<>();
        for (Map.Entry<String, String> file : manifest.files().entrySet()) {
            String found = sha256(manifest.directory().resolve(file.getKey()));
            if (!found.equals(file.getValue())) {
                faults.add("%s: sha256 %s (expected: %s)".formatted(file.getKey(), found, file.getValue()));
            }
        }
        if (!faults.isEmpty()) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    manifest.id() + ": files that are not those of the manifest\n  " + String.join("\n  ", faults));
        }
    }

    private static String sha256(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            DigestInputStream digesting = new DigestInputStream(in, digest);
            byte[] buffer = new byte[BUFFER_BYTES];
            while (digesting.read(buffer) >= 0) {
                // Reading is what feeds the digest.
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw unreadable(file, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static InferenceException unreadable(Path path, Exception cause) {
        return new InferenceException(
                ErrorKind.MISCONFIGURED, "model repository: %s cannot be read: %s".formatted(path, cause), cause);
    }
}
