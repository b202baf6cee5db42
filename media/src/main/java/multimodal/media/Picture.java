package multimodal.media;

import java.util.Arrays;

/**
 * A still picture in memory: 8 bits a channel, sRGB, no alpha.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param rgb red, green, blue of each pixel, rows from the top; {@code 3 * width * height} bytes, not copied on the way
 *     in or out
 */
public record Picture(int width, int height, byte[] rgb) {

    public Picture {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("size: %dx%d (expected: >= 1x1)".formatted(width, height));
        }
        if (rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    "rgb: %d bytes (expected: %d)".formatted(rgb.length, 3L * width * height));
        }
    }

    /** A white picture. */
    static Picture white(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        Arrays.fill(rgb, (byte) 255);
        return new Picture(width, height, rgb);
    }

    /** The part of this picture whose upper left corner is at ({@code left}, {@code top}). */
    public Picture crop(int left, int top, int cropWidth, int cropHeight) {
        byte[] part = new byte[3 * cropWidth * cropHeight];
        for (int y = 0; y < cropHeight; y++) {
            System.arraycopy(rgb, 3 * ((top + y) * width + left), part, 3 * y * cropWidth, 3 * cropWidth);
        }
        return new Picture(cropWidth, cropHeight, part);
    }

    /** This picture with {@code part} laid on it, whose upper left corner comes to ({@code left}, {@code top}). */
    public Picture with(Picture part, int left, int top) {
        byte[] laid = rgb.clone();
        for (int y = 0; y < part.height(); y++) {
            System.arraycopy(part.rgb(), 3 * y * part.width(), laid, 3 * ((top + y) * width + left), 3 * part.width());
        }
        return new Picture(width, height, laid);
    }
}
