package multimodal.client.terminal;

import java.util.ArrayList;
import java.util.List;
import multimodal.media.Picture;

/** Draws a picture with upper half blocks: each character shows two pixels, one by its foreground, one by its background. */
public final class HalfBlocks {

    private static final String UPPER_HALF = "▀";

    private HalfBlocks() {}

    /**
     * {@code picture} as lines of text, {@code columns} wide and in its own proportions; each line ends with a reset.
     * Pixels are averaged over the area that they stand for.
     */
    public static List<String> draw(Picture picture, int columns) {
        int rows = Math.max(1, Math.round(columns / 2f * picture.height() / picture.width()));
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            lines.add(line(picture, columns, row, rows));
        }
        return lines;
    }

    private static String line(Picture picture, int columns, int row, int rows) {
        StringBuilder line = new StringBuilder();
        int lastUpper = -1;
        int lastLower = -1;
        for (int column = 0; column < columns; column++) {
            int upper = average(picture, column, columns, 2 * row, 2 * rows);
            int lower = average(picture, column, columns, 2 * row + 1, 2 * rows);
            if (upper != lastUpper) {
                line.append(Ansi.foreground(upper));
            }
            if (lower != lastLower) {
                line.append(Ansi.background(lower));
            }
            line.append(UPPER_HALF);
            lastUpper = upper;
            lastLower = lower;
        }
        return line.append(Ansi.RESET).toString();
    }

    /** Mean colour of the picture's cell (column, row) of a grid of columns × rows. */
    private static int average(Picture picture, int column, int columns, int row, int rows) {
        int left = column * picture.width() / columns;
        int right = Math.max(left + 1, (column + 1) * picture.width() / columns);
        int top = row * picture.height() / rows;
        int bottom = Math.max(top + 1, (row + 1) * picture.height() / rows);
        int[] sums = new int[3];
        for (int y = top; y < bottom; y++) {
            for (int x = left; x < right; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    sums[channel] += picture.rgb()[3 * (y * picture.width() + x) + channel] & 0xFF;
                }
            }
        }
        int count = (right - left) * (bottom - top);
        return sums[0] / count << 16 | sums[1] / count << 8 | sums[2] / count;
    }
}
