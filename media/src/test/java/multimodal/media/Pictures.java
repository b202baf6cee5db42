package multimodal.media;

import java.awt.image.WritableRaster;
import java.util.Random;

/** Pictures for tests. */
final class Pictures {

    private Pictures() {}

    static Picture random(int width, int height, long seed) {
        byte[] rgb = new byte[3 * width * height];
        new Random(seed).nextBytes(rgb);
        return new Picture(width, height, rgb);
    }

    static void copy(Picture picture, WritableRaster raster) {
        for (int i = 0; i < picture.rgb().length; i++) {
            int pixel = i / 3;
            raster.setSample(pixel % picture.width(), pixel / picture.width(), i % 3, picture.rgb()[i] & 0xff);
        }
    }
}
