package multimodal.inference.repository;

import java.util.List;

/**
 * How a picture becomes {@code pixel_values}.
 *
 * @param imageSize side of the square the picture is scaled to, pixels
 * @param mean of each channel (red, green, blue), for values in 0 to 1
 * @param std of each channel, greater than 0
 */
public record Preprocessing(int imageSize, List<Float> mean, List<Float> std) {}
