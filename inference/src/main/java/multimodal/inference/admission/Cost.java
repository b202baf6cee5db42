package multimodal.inference.admission;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a request will take of its model, known before it runs: the calls of each network that does a share of the work worth
 * telling. The engine time of a network that is not among them is counted with the first.
 *
 * @param parts of different networks, at least 1
 */
public record Cost(List<Part> parts) {

    /**
     * The calls of one network.
     *
     * @param artifact whose calls are counted
     * @param calls of it, one after the other: the steps of a loop, 1 for single-shot work; at least 1
     * @param rows in each of them, at least 1
     * @param unitsPerRow what a row weighs, above 0; 1 is a row of the size that calibration runs
     * @param promptTokens ids, with their padding, that the first of the calls reads in one row; 0 if it is like the others
     */
    public record Part(String artifact, long calls, int rows, double unitsPerRow, int promptTokens) {

        public Part {
            require(calls >= 1, "calls", calls, "at least 1");
            require(rows >= 1, "rows", rows, "at least 1");
            require(unitsPerRow > 0, "unitsPerRow", unitsPerRow, "above 0");
            require(promptTokens >= 0, "promptTokens", promptTokens, "0 or more");
        }

        /** The whole in units, where the prompt weighs {@code promptUnits}. */
        double units(double promptUnits) {
            long prompts = promptTokens > 0 ? 1 : 0;
            return (calls - prompts) * rows * unitsPerRow + prompts * promptUnits;
        }
    }

    public Cost {
        parts = List.copyOf(parts);
        long networks = parts.stream().map(Part::artifact).distinct().count();
        require(!parts.isEmpty() && networks == parts.size(), "parts", parts, "one of each network, at least 1");
    }

    /** Rows of the usual size, all in one call. */
    public static Cost of(String artifact, int rows) {
        return of(artifact, 1, rows, 1);
    }

    /** A loop whose calls are all alike; the parameters are those of {@link Part}. */
    public static Cost of(String artifact, long calls, int rows, double unitsPerRow) {
        return new Cost(List.of(new Part(artifact, calls, rows, unitsPerRow, 0)));
    }

    /**
     * Texts of one prompt.
     *
     * @param promptTokens ids of the prompt with their padding, at least 1
     * @param newTokens of each text at the most, at least 1; reading the prompt yields the first
     * @param rows texts that are followed
     */
    public static Cost ofText(String artifact, int promptTokens, int newTokens, int rows) {
        return new Cost(List.of(new Part(artifact, newTokens, rows, 1, promptTokens)));
    }

    /** Both, for a request whose networks run one after the other. */
    public Cost and(Cost more) {
        return new Cost(Stream.concat(parts.stream(), more.parts.stream()).toList());
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
