package multimodal.inference.repository;

import java.util.List;

/**
 * How a picture becomes {@code pixel_values}.
 *
 * @param imageSize side of the square that the picture becomes, pixels
 * @param fit how a picture that is no square becomes one
 * @param mean of each channel (red, green, blue), for values in 0 to 1
 * @param std of each channel, greater than 0
 */
public record Preprocessing(int imageSize, Fit fit, List<Float> mean, List<Float> std) {

    /** Ways to make a square. */
    public enum Fit {
        /** Scaled until it covers the square, and cropped in the middle; as CLIP. */
        COVER,
        /** Scaled to the square whatever its proportions; as BLIP. */
        STRETCH
    }
}
