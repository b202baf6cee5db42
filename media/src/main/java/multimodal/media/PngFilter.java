package multimodal.media;

import multimodal.media.MediaException.Kind;

/** Row filters of PNG, section 9. A row is its filter's byte and then its samples. */
final class PngFilter {

    static final int COUNT = 5;

    private PngFilter() {}

    /**
     * Turns a filtered row into samples, in place.
     *
     * @param previous the row above, already undone; zeros above the first
     * @param distance bytes of a pixel, at least 1
     */
    static void undo(byte[] row, byte[] previous, int distance) {
        int filter = row[0];
        if (filter < 0 || filter >= COUNT) {
            throw new MediaException(Kind.CORRUPT, "PNG row with filter " + (filter & 0xff), "0 to 4");
        }
        for (int i = 1; i < row.length; i++) {
            row[i] += (byte) prediction(filter, row, previous, i, distance);
        }
    }

    /** Writes {@code row} filtered with {@code filter} into {@code filtered}. */
    static void apply(int filter, byte[] row, byte[] previous, int distance, byte[] filtered) {
        filtered[0] = (byte) filter;
        for (int i = 1; i < row.length; i++) {
            filtered[i] = (byte) (row[i] - prediction(filter, row, previous, i, distance));
        }
    }

    private static int prediction(int filter, byte[] row, byte[] previous, int i, int distance) {
        boolean hasLeft = i > distance;
        int left = hasLeft ? row[i - distance] & 0xff : 0;
        int above = previous[i] & 0xff;
        return switch (filter) {
            case 1 -> left;
            case 2 -> above;
            case 3 -> (left + above) / 2;
            case 4 -> paeth(left, above, hasLeft ? previous[i - distance] & 0xff : 0);
            default -> 0;
        };
    }

    private static int paeth(int left, int above, int aboveLeft) {
        int estimate = left + above - aboveLeft;
        int toLeft = Math.abs(estimate - left);
        int toAbove = Math.abs(estimate - above);
        int toAboveLeft = Math.abs(estimate - aboveLeft);
        if (toLeft <= toAbove && toLeft <= toAboveLeft) {
            return left;
        }
        return toAbove <= toAboveLeft ? above : aboveLeft;
    }
}
