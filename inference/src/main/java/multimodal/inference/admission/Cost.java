package multimodal.inference.admission;

/**
 * What a request will take of its model, known before it runs.
 *
 * @param artifact the network whose calls are counted; empty where none stands out, then the cheapest is assumed
 * @param calls of it, one after the other: the steps of a loop, 1 for single-shot work; at least 1
 * @param rows in each of them, at least 1
 * @param unitsPerRow what a row weighs, above 0; 1 is a row of the size that calibration runs
 */
public record Cost(String artifact, long calls, int rows, double unitsPerRow) {

    public Cost {
        require(calls >= 1, "calls", calls, "at least 1");
        require(rows >= 1, "rows", rows, "at least 1");
        require(unitsPerRow > 0, "unitsPerRow", unitsPerRow, "above 0");
    }

    /** Rows of the usual size, of no network in particular. */
    public static Cost of(long rows) {
        return new Cost("", rows, 1, 1);
    }

    /** The whole in units, at least 1. */
    public long units() {
        return Math.max(1, (long) Math.ceil(calls * rows * unitsPerRow));
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
