package multimodal.inference.repository;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** Gathers every fault of one manifest, so that an operator mends them in one go. */
final class ManifestProblems {

    private final Path file;
    private final List<String> faults = new ArrayList<>();

    ManifestProblems(Path file) {
        this.file = file;
    }

    /** A value that cannot stand as it is. */
    void add(int line, String key, Object found, String expected) {
        faults.add("line %d: %s: %s (expected: %s)".formatted(line, key, found, expected));
    }

    /** A key that is not there. */
    void missing(int line, String key, String expected) {
        add(line, key, "missing", expected);
    }

    /** A key that means nothing here. */
    void unknown(int line, String key, String name, Collection<String> known) {
        String guess = Spelling.nearest(name, known)
                .map(nearest -> "did you mean " + nearest + "?")
                .orElse("expected: one of " + String.join(", ", known));
        faults.add("line %d: %s: unknown key (%s)".formatted(line, key, guess));
    }

    /** A fault that is told in its own words. */
    void add(String fault) {
        faults.add(fault);
    }

    /**
     * Ends the reading if anything was wrong.
     *
     * @throws InferenceException {@code MISCONFIGURED}, one line for each fault
     */
    void throwIfAny() {
        if (!faults.isEmpty()) {
            String count = faults.size() == 1 ? "1 fault" : faults.size() + " faults";
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, shortName() + ": " + count + "\n  " + String.join("\n  ", faults));
        }
    }

    /** The file under its version and model folders: enough to find it in any root. */
    private Path shortName() {
        int names = file.getNameCount();
        return file.subpath(Math.max(0, names - 3), names);
    }
}
