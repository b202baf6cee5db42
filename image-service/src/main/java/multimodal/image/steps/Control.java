package multimodal.image.steps;

import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;

/**
 * A picture that steers the layout of the one that is made.
 *
 * @param network what reads it
 * @param image of the size of the picture that is made
 * @param scale how strongly it steers, 0 to {@value #MAX_SCALE}
 * @param start share of the steps after which it begins to steer, 0 to below {@code end}
 * @param end share of the steps after which it has ended, at most 1
 */
public record Control(ControlNet network, Picture image, float scale, double start, double end) {

    public static final int MAX_SCALE = 2;

    public Control {
        require(scale >= 0 && scale <= MAX_SCALE, "scale", scale, "finite, 0 to " + MAX_SCALE);
        require(start >= 0 && start < end, "start", start, "0 to below end");
        require(end <= 1, "end", end, "at most 1");
    }

    /** Whether it steers in step {@code step} (from 0) of {@code stepCount}: the whole step lies between start and end. */
    boolean steers(int step, int stepCount) {
        return (double) step / stepCount >= start && (step + 1.0) / stepCount <= end;
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw InferenceException.invalid("control." + name, value, expected);
        }
    }
}
