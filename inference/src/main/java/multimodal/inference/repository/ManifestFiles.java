package multimodal.inference.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The key {@code files} of a manifest against what lies in its folder. */
final class ManifestFiles {

    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Path directory;
    private final ManifestProblems problems;
    private Set<String> listed = Set.of();

    ManifestFiles(Path directory, ManifestProblems problems) {
        this.directory = directory;
        this.problems = problems;
    }

    /** File names to checksums; notes wrong checksums, files that are missing or elsewhere, and files that are not listed. */
    Map<String, String> read(ManifestSection section) {
        Map<String, String> checksums = new LinkedHashMap<>();
        listed = new LinkedHashSet<>(section.keys());
        for (String file : listed) {
            String sha256 = section.characters(file);
            if (!sha256.isEmpty() && !SHA256.matcher(sha256).matches()) {
                section.fault(file, sha256, "a sha256: 64 digits 0-9a-f");
            }
            checkPresent(section, file);
            checksums.put(file, sha256);
        }
        checkNothingElse(section);
        return Collections.unmodifiableMap(checksums);
    }

    private void checkPresent(ManifestSection section, String file) {
        try {
            Path path = directory.resolve(file).normalize();
            boolean inside = path.startsWith(directory.normalize());
            if (!inside || (Files.exists(path) && !path.toRealPath().startsWith(directory.toRealPath()))) {
                section.fault(file, "outside " + directory.getFileName(), "a file inside the model's folder");
            } else if (!Files.isRegularFile(path)) {
                section.fault(file, "no such file", "a file in the model's folder");
            }
        } catch (InvalidPathException | IOException e) {
            section.fault(file, e, "a file in the model's folder");
        }
    }

    private void checkNothingElse(ManifestSection section) {
        for (String file : present()) {
            if (!listed.contains(file)) {
                problems.missing(section.line(), section.keyPath(file), "the sha256 of every file in the folder");
            }
        }
    }

    /** Every file in the folder but the manifest and hidden ones, as {@code files} would name it. */
    private Set<String> present() {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> paths = Files.walk(directory)) {
            paths.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                    .map(path -> directory.relativize(path).toString().replace('\\', '/'))
                    .filter(name -> !name.startsWith(".") && !name.equals(ManifestReader.FILE_NAME))
                    .forEach(names::add);
        } catch (IOException e) {
            problems.add("the folder cannot be listed: " + e);
        }
        return names;
    }

    /** The file that {@code key} names; notes one that is not listed, whose contents nobody would check. */
    String reference(ManifestSection section, String key) {
        String file = section.text(key);
        if (!file.isEmpty() && !listed.contains(file)) {
            section.fault(
                    key,
                    file,
                    Spelling.nearest(file, listed)
                            .map(nearest -> "a name under files; did you mean " + nearest + "?")
                            .orElse("a name under files"));
        }
        return file;
    }
}
