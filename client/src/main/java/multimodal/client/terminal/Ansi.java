package multimodal.client.terminal;

/** Control sequences of a 24-bit terminal (ECMA-48, and ISO 8613-6 colours). */
public final class Ansi {

    /** Ends every colour and weight. */
    public static final String RESET = "\u001b[0m";

    /** Clears from the cursor to the end of the line. */
    public static final String CLEAR_TO_END = "\u001b[K";

    private Ansi() {}

    /** Moves the cursor up and to the first column; 0 lines keeps it in its line. */
    public static String up(int lines) {
        return lines == 0 ? "\r" : "\r\u001b[" + lines + "A";
    }

    /** {@code text} in bold. */
    public static String bold(String text) {
        return "\u001b[1m" + text + RESET;
    }

    /** {@code text} in a fainter colour. */
    public static String dim(String text) {
        return "\u001b[2m" + text + RESET;
    }

    /** {@code text} in the colour {@code rgb}, 0xRRGGBB. */
    public static String coloured(int rgb, String text) {
        return foreground(rgb) + text + RESET;
    }

    static String foreground(int rgb) {
        return "\u001b[38;2;" + channels(rgb);
    }

    static String background(int rgb) {
        return "\u001b[48;2;" + channels(rgb);
    }

    private static String channels(int rgb) {
        return (rgb >> 16 & 0xFF) + ";" + (rgb >> 8 & 0xFF) + ";" + (rgb & 0xFF) + "m";
    }
}
