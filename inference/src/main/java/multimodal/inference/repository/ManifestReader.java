package multimodal.inference.repository;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads and checks a {@code model.yaml}; {@code docs/model-repository.md} explains each key. */
final class ManifestReader {

    static final String FILE_NAME = "model.yaml";

    private static final Pattern TASK = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int MAX_ID = Integer.MAX_VALUE;

    private final Path directory;
    private final ManifestProblems problems;

    private ManifestReader(Path directory) {
        this.directory = directory;
        this.problems = new ManifestProblems(directory.resolve(FILE_NAME));
    }

    /**
     * Reads the manifest in a folder {@code …/<name>/<version>} and checks it against the folder. The contents of the other
     * files are not read.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} with every fault at once: line, key, what
     *     was found, what was expected, the nearest known key
     */
    static ModelManifest read(Path directory) {
        return new ManifestReader(directory).read();
    }

    private ModelManifest read() {
        ManifestSection root = new ManifestSection(parse(), "", problems);
        ModelManifest manifest = manifest(root);
        root.refuseOthers();
        problems.throwIfAny();
        return manifest;
    }

    private Node parse() {
        try {
            Node root = YamlValues.parse(Files.readString(directory.resolve(FILE_NAME), StandardCharsets.UTF_8));
            if (root != null) {
                return root;
            }
            problems.add("the file is empty (expected: keys with values)");
        } catch (IOException e) {
            problems.add("cannot be read: " + e);
        } catch (YAMLException e) {
            YamlValues.note(e, 1, "document", "YAML", problems);
        }
        problems.throwIfAny();
        throw new IllegalStateException("unreachable");
    }

    private ModelManifest manifest(ManifestSection root) {
        ModelId id = id(root);
        String task = task(root);
        String architecture = root.text("architecture");
        String licence = root.text("licence");
        root.text("provenance");
        ManifestFiles files = new ManifestFiles(directory, problems);
        Map<String, String> checksums = root.section("files").map(files::read).orElse(Map.of());
        Map<String, ArtifactSpec> artifacts = artifacts(root, files);
        Optional<TokenizerSpec> tokenizer = root.optionalSection("tokenizer").map(section -> tokenizer(section, files));
        Optional<Preprocessing> preprocessing =
                root.optionalSection("preprocessing").map(this::preprocessing);
        Parameters parameters = parameters(root);
        root.plain("quality");
        return new ModelManifest(
                id, directory, task, architecture, licence, artifacts, tokenizer, preprocessing, parameters, checksums);
    }

    private ModelId id(ManifestSection root) {
        String version = folder(directory, "");
        String name = folder(directory.getParent(), "");
        checkEqual(root, "name", name);
        checkEqual(root, "version", version);
        return new ModelId(name, version);
    }

    private static String folder(Path path, String otherwise) {
        return path == null || path.getFileName() == null
                ? otherwise
                : path.getFileName().toString();
    }

    private static void checkEqual(ManifestSection root, String key, String folder) {
        String found = root.text(key);
        if (!found.isEmpty() && !found.equals(folder)) {
            root.fault(key, found, folder + ", the name of its folder");
        }
    }

    private static String task(ManifestSection root) {
        String task = root.text("task");
        if (!task.isEmpty() && !TASK.matcher(task).matches()) {
            root.fault("task", task, "lower-case words joined by hyphens, such as text-to-image");
        }
        return task;
    }

    private Map<String, ArtifactSpec> artifacts(ManifestSection root, ManifestFiles files) {
        Map<String, ArtifactSpec> artifacts = new LinkedHashMap<>();
        root.section("artifacts").ifPresent(section -> {
            for (String name : section.keys()) {
                section.section(name)
                        .ifPresent(artifact -> artifacts.put(name, ArtifactReader.read(name, artifact, files)));
            }
            if (section.keys().isEmpty()) {
                root.fault("artifacts", "nothing", "at least one artifact");
            }
        });
        return Collections.unmodifiableMap(artifacts);
    }

    private TokenizerSpec tokenizer(ManifestSection section, ManifestFiles files) {
        String file = files.reference(section, "file");
        int maxLength = section.integer("max_length", 1, 1_000_000);
        long pad = section.integer("pad_id", 0, MAX_ID);
        long bos = section.integer("bos_id", 0, MAX_ID);
        long eos = section.integer("eos_id", 0, MAX_ID);
        section.refuseOthers();
        return new TokenizerSpec(file, maxLength, pad, bos, eos);
    }

    private Preprocessing preprocessing(ManifestSection section) {
        Preprocessing preprocessing = new Preprocessing(
                section.integer("image_size", 1, 8192),
                fit(section),
                section.numbers("mean", 3),
                section.numbers("std", 3));
        if (preprocessing.std().stream().anyMatch(value -> value <= 0)) {
            section.fault("std", preprocessing.std(), "numbers greater than 0");
        }
        section.refuseOthers();
        return preprocessing;
    }

    private static Preprocessing.Fit fit(ManifestSection section) {
        return section.has("fit")
                ? section.named(
                                "fit",
                                Preprocessing.Fit.values(),
                                fit -> fit.name().toLowerCase(Locale.ROOT),
                                "cover or stretch")
                        .orElse(Preprocessing.Fit.COVER)
                : Preprocessing.Fit.COVER;
    }

    private Parameters parameters(ManifestSection root) {
        Object values = root.plain("parameters").orElse(Map.of());
        if (!(values instanceof Map<?, ?> map)) {
            root.fault("parameters", values, "keys with values");
            return new Parameters(Map.of());
        }
        Map<String, Object> named = new LinkedHashMap<>();
        map.forEach((key, value) -> {
            if (value == null) {
                root.fault("parameters", key + " has no value", "a value for each key");
            } else {
                named.put(String.valueOf(key), value);
            }
        });
        return new Parameters(named);
    }
}
