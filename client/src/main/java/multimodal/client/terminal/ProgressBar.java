package multimodal.client.terminal;

/** A bar of text; each character of it is one terminal column wide. */
public final class ProgressBar {

    private static final String DONE = "━";
    private static final String OPEN = "─";
    private static final int SLIDER_WIDTH = 4;

    private ProgressBar() {}

    /** A bar of {@code width} columns, filled up to {@code fraction}, 0 to 1; beyond is cut. */
    public static String filled(double fraction, int width) {
        int done = (int) Math.round(Math.max(0, Math.min(1, fraction)) * width);
        return DONE.repeat(done) + OPEN.repeat(width - done);
    }

    /** A bar of {@code width} columns in which a slider stands, for work whose end is not known; it moves with {@code count}. */
    public static String sliding(int count, int width) {
        int slider = Math.min(SLIDER_WIDTH, width);
        int before = Math.floorMod(count, width - slider + 1);
        return OPEN.repeat(before) + DONE.repeat(slider) + OPEN.repeat(width - slider - before);
    }
}
