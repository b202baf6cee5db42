package multimodal.client.terminal;

import java.io.PrintWriter;

/**
 * Where the command writes.
 *
 * @param out takes what is shown
 * @param rich whether lines may be drawn anew, with 24-bit colours; otherwise only plain lines are written
 * @param columns width, at least 40
 */
public record Terminal(PrintWriter out, boolean rich, int columns) {

    public static final int DEFAULT_COLUMNS = 80;
    private static final int MIN_COLUMNS = 40;

    public Terminal {
        columns = Math.max(MIN_COLUMNS, columns);
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
