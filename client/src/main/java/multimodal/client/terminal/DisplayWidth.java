package multimodal.client.terminal;

import java.util.ArrayList;
import java.util.List;

/** Terminal columns of a text: East Asian wide characters and emoji take two, combining marks none (Unicode UAX #11). */
public final class DisplayWidth {

    /** First and last code point of each wide range, in pairs. */
    private static final int[] WIDE = {
        0x1100, 0x115F, 0x2E80, 0x303E, 0x3041, 0x33FF, 0x3400, 0x4DBF, 0x4E00, 0x9FFF, 0xA000, 0xA4CF, 0xAC00, 0xD7A3,
        0xF900, 0xFAFF, 0xFE30, 0xFE4F, 0xFF00, 0xFF60, 0xFFE0, 0xFFE6, 0x1F300, 0x1F64F, 0x1F680, 0x1F6FF, 0x1F900,
        0x1F9FF, 0x1FA70, 0x1FAFF, 0x20000, 0x3FFFD
    };

    private DisplayWidth() {}

    /** Columns that {@code text} takes on one line. */
    public static int of(String text) {
        return text.codePoints().map(DisplayWidth::of).sum();
    }

    /** {@code text} with blanks after it up to {@code columns}; a wider text stays as it is. */
    public static String padRight(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - of(text)));
    }

    /** {@code text} with blanks before it up to {@code columns}; a wider text stays as it is. */
    public static String padLeft(String text, int columns) {
        return " ".repeat(Math.max(0, columns - of(text))) + text;
    }

    /** {@code text} in lines of at most {@code columns}, broken at blanks where there are any; none for a blank text. */
    public static List<String> wrap(String text, int columns) {
        List<String> lines = new ArrayList<>();
        String rest = text.strip();
        while (!rest.isEmpty()) {
            int end = lineEnd(rest, columns);
            lines.add(rest.substring(0, end).stripTrailing());
            rest = rest.substring(end).stripLeading();
        }
        return lines;
    }

    private static int lineEnd(String text, int columns) {
        int width = 0;
        int lastBlank = 0;
        int end = 0;
        while (end < text.length()) {
            int codePoint = text.codePointAt(end);
            if (codePoint == '\n') {
                return end + 1;
            }
            width += of(codePoint);
            if (width > columns && end > 0) {
                return Character.isWhitespace(codePoint) || lastBlank == 0 ? end : lastBlank;
            }
            end += Character.charCount(codePoint);
            if (Character.isWhitespace(codePoint) || of(codePoint) == 2) {
                lastBlank = end;
            }
        }
        return end;
    }

    private static int of(int codePoint) {
        int type = Character.getType(codePoint);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        return isWide(codePoint) ? 2 : 1;
    }

    private static boolean isWide(int codePoint) {
        for (int i = 0; i < WIDE.length; i += 2) {
            if (codePoint >= WIDE[i] && codePoint <= WIDE[i + 1]) {
                return true;
            }
        }
        return false;
    }
}
