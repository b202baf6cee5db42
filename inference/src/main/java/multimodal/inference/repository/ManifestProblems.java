package multimodal.inference.repository;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** Gathers every fault of one manifest, so that an operator mends them in one go. */
final class ManifestProblems {

    private final Path file;
    private final List<Fault> faults = new ArrayList<>();

    private record Fault(int line, String text) {

        @Override
        public String toString() {
            return line == 0 ? text : "line " + line + ": " + text;
        }
    }

    ManifestProblems(Path file) {
        this.file = file;
    }

    /** A value that cannot stand as it is. */
    void add(int line, String key, Object found, String expected) {
        faults.add(new Fault(line, "%s: %s (expected: %s)".formatted(key, found, expected)));
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
        faults.add(new Fault(line, "%s: unknown key (%s)".formatted(key, guess)));
    }

    /** A fault of the whole, told in its own words. */
    void add(String fault) {
        faults.add(new Fault(0, fault));
    }

    /**
     * Ends the reading if anything was wrong.
     *
     * @throws InferenceException {@code MISCONFIGURED}, one line for each fault, in the order of the file
     */
    void throwIfAny() {
        if (!faults.isEmpty()) {
            String count = faults.size() == 1 ? "1 fault" : faults.size() + " faults";
            String lines = faults.stream()
                    .sorted(Comparator.comparingInt(Fault::line))
                    .map(fault -> "\n  " + fault)
                    .collect(Collectors.joining());
            throw new InferenceException(ErrorKind.MISCONFIGURED, shortName() + ": " + count + lines);
        }
    }

    /** The file under its version and model folders: enough to find it in any root. */
    private Path shortName() {
        int names = file.getNameCount();
        return file.subpath(Math.max(0, names - 3), names);
    }
}
