package multimodal.inference.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Safetensors;
import multimodal.inference.tensor.Shape;

/**
 * Plans that were built on this machine, in a folder. A plan is good for one GPU, one version of TensorRT, one network with its
 * weights, one precision and one shape of each input; all of these are in its name.
 */
final class TensorRtPlans {

    private static final int KEY_DIGITS = 32;

    private final Path folder;
    private final String version;
    private final String gpu;

    /**
     * The plans in {@code folder}, which is made when the first is kept.
     *
     * @param version of TensorRT
     * @param gpu model of the GPU
     */
    TensorRtPlans(Path folder, String version, String gpu) {
        this.folder = folder;
        this.version = version;
        this.gpu = gpu;
    }

    /** Makes a plan and writes it to the file that it is given. */
    interface Builder {
        void build(Path plan) throws IOException;
    }

    /** Where the plan for this network and these shapes lies, or would lie. */
    Path file(ModelManifest manifest, GraphSpec graph, Map<String, Shape> inputs) {
        String identity = String.join(
                "\n",
                version,
                gpu,
                manifest.files().getOrDefault(graph.file(), ""),
                manifest.files().getOrDefault(Safetensors.FILE, ""),
                graph.precision().manifestName(),
                new TreeMap<>(inputs).toString());
        String name = "%s-%s-%s.plan".formatted(manifest.id().name(), baseName(graph.file()), key(identity));
        return folder.resolve(name);
    }

    private static String baseName(String file) {
        return file.replaceFirst("\\.[^.]*$", "");
    }

    private static String key(String identity) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(identity.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, KEY_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java knows SHA-256", e);
        }
    }

    /** Keeps what {@code builder} makes under {@code plan}, whole or not at all, whoever else builds it at the same time. */
    void keep(Path plan, Builder builder) throws IOException {
        Files.createDirectories(folder);
        Path unfinished = Files.createTempFile(folder, "building-", ".tmp");
        try {
            builder.build(unfinished);
            Files.move(unfinished, plan, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * A copy of {@code graph} whose inputs have these shapes, in a folder of its own, together with a link to the weights that
     * it points to.
     */
    static Path fixed(Path graph, Map<String, Shape> inputs) throws IOException {
        Path workplace = Files.createTempDirectory("tensorrt-");
        Path weights = graph.resolveSibling(Safetensors.FILE).toAbsolutePath();
        if (Files.exists(weights)) {
            Files.createSymbolicLink(workplace.resolve(Safetensors.FILE), weights);
        }
        Path copy = workplace.resolve(graph.getFileName());
        Files.write(copy, OnnxShapes.fix(Files.readAllBytes(graph), inputs));
        return copy;
    }

    /** Deletes what {@link #fixed} made. */
    static void discard(Path copy) throws IOException {
        Path workplace = Optional.ofNullable(copy.getParent()).orElseThrow();
        try (Stream<Path> files = Files.walk(workplace)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
