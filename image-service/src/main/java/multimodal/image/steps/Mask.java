package multimodal.image.steps;

import java.util.Arrays;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;

/**
 * Where a picture is painted anew.
 *
 * @param width in pixels
 * @param height in pixels
 * @param painted whether each pixel is, rows from the top; not copied
 */
public record Mask(int width, int height, boolean[] painted) {

    private static final int CHANNELS = 3;
    private static final int MIDDLE = 128;

    /** Everything is. */
    static Mask everywhere(int width, int height) {
        boolean[] painted = new boolean[width * height];
        Arrays.fill(painted, true);
        return new Mask(width, height, painted);
    }

    /** Where {@code picture} is nearer to white than to black, by its brightness as Pillow reckons it. */
    public static Mask of(Picture picture) {
        boolean[] painted = new boolean[picture.width() * picture.height()];
        for (int i = 0; i < painted.length; i++) {
            painted[i] = brightness(picture.rgb(), CHANNELS * i) >= MIDDLE;
        }
        return new Mask(picture.width(), picture.height(), painted);
    }

    /** ITU-R 601-2 in units of 2⁻¹⁶. */
    private static int brightness(byte[] rgb, int offset) {
        int red = rgb[offset] & 0xff;
        int green = rgb[offset + 1] & 0xff;
        int blue = rgb[offset + 2] & 0xff;
        return (19595 * red + 38470 * green + 7471 * blue + (1 << 15)) >> 16;
    }

    /**
     * One for each of the latents' cells that is painted, by the pixel in its upper left corner (nearest, as torch's {@code
     * interpolate}).
     *
     * @param factor pixels of a cell's side
     * @return float32 (1, 1, height / factor, width / factor)
     */
    Tensor cells(int factor) {
        int columns = width / factor;
        int rows = height / factor;
        float[] cells = new float[columns * rows];
        for (int i = 0; i < cells.length; i++) {
            int pixel = i / columns * factor * width + i % columns * factor;
            cells[i] = painted[pixel] ? 1 : 0;
        }
        return Tensor.of(cells, 1, 1, rows, columns);
    }

    /**
     * The values of a picture, with 0 in place of those that are painted anew.
     *
     * @param image float32 (1, 3, height, width) in −1 to 1
     */
    Tensor kept(Tensor image) {
        float[] kept = image.floats().clone();
        for (int i = 0; i < kept.length; i++) {
            if (painted[i % painted.length]) {
                kept[i] = 0;
            }
        }
        return Tensor.of(image.shape(), kept);
    }

    /** {@code original} with the pixels of {@code made} where it is painted anew, the others as they are. */
    public Picture blend(Picture original, Picture made) {
        byte[] rgb = original.rgb().clone();
        for (int i = 0; i < rgb.length; i++) {
            if (painted[i / CHANNELS]) {
                rgb[i] = made.rgb()[i];
            }
        }
        return new Picture(width, height, rgb);
    }
}
