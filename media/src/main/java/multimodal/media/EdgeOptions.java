package multimodal.media;

/**
 * Which edges are found.
 *
 * @param lowThreshold gradient beyond which an edge that was begun goes on, 0 to {@code highThreshold}
 * @param highThreshold gradient beyond which an edge begins, at most {@value #MAX_THRESHOLD}
 * @param apertureSize side of the Sobel operator in pixels: 3, 5 or 7
 * @param isL2Gradient whether a gradient is measured by the root of the sum of squares, not by the sum of magnitudes
 */
public record EdgeOptions(float lowThreshold, float highThreshold, int apertureSize, boolean isL2Gradient) {

    public static final int MAX_THRESHOLD = 32_767;

    /** What the users of OpenCV's {@code Canny} for ControlNets take. */
    public static final EdgeOptions DEFAULT = new EdgeOptions(100, 200, 3, false);

    public EdgeOptions {
        require(lowThreshold >= 0 && lowThreshold <= highThreshold, "lowThreshold", lowThreshold, "0 to highThreshold");
        require(highThreshold <= MAX_THRESHOLD, "highThreshold", highThreshold, "at most " + MAX_THRESHOLD);
        require(isAperture(apertureSize), "apertureSize", apertureSize, "3, 5 or 7");
    }

    /** Whether a Sobel operator has such a side. */
    public static boolean isAperture(int size) {
        return size == 3 || size == 5 || size == 7;
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
