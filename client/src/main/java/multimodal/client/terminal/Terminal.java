package multimodal.client.terminal;

import java.io.PrintWriter;

/**
 * Where the command writes.
 *
 * @param out takes what is shown
 * @param rich whether lines may be drawn anew, with 24-bit colours; otherwise only plain lines are written
 * @param columns width, at least 40
 * @param rows height, at least 10
 */
public record Terminal(PrintWriter out, boolean rich, int columns, int rows) {

    public static final int DEFAULT_COLUMNS = 80;
    public static final int DEFAULT_ROWS = 24;
    private static final int MIN_COLUMNS = 40;
    private static final int MIN_ROWS = 10;

    public Terminal {
        columns = Math.max(MIN_COLUMNS, columns);
        rows = Math.max(MIN_ROWS, rows);
    }

    /** {@code text} in bold, where the terminal can. */
    public String bold(String text) {
        return rich ? Ansi.bold(text) : text;
    }

    /** {@code text} fainter than the rest, where the terminal can. */
    public String dim(String text) {
        return rich ? Ansi.dim(text) : text;
    }

    /** Writes a line. */
    public void println(String line) {
        out.println(line);
        out.flush();
    }
}
