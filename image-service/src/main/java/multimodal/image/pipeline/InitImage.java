package multimodal.image.pipeline;

import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;

/**
 * A picture to start from.
 *
 * @param picture of the size that is made
 * @param strength how far to go from it, 0 (not at all) to 1 (as if there were none)
 */
public record InitImage(Picture picture, float strength) {

    public InitImage {
        if (!(strength >= 0 && strength <= 1)) {
            throw InferenceException.invalid("strength", strength, "finite, 0 to 1");
        }
    }

    /** As far from another picture. */
    public InitImage with(Picture other) {
        return new InitImage(other, strength);
    }

    /** How many of {@code steps} are taken, the last ones: as many as in diffusers, where 0.29 of 100 steps are 28. */
    int stepsTaken(int steps) {
        double asWritten = Double.parseDouble(Float.toString(strength));
        return (int) (steps * asWritten);
    }
}
