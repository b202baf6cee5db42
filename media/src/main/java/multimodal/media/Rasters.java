package multimodal.media;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import multimodal.media.MediaException.Kind;

/** The one place where Java's image readers are called: in memory, without the file cache, on files checked before. */
final class Rasters {

    private static final int OPAQUE = 255;

    private Rasters() {}

    /** Decodes {@code file} with {@code reader}, which is disposed of, and checks that the size is the declared one. */
    static Picture read(ImageReader reader, byte[] file, PictureFormat format, int width, int height) {
        try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            reader.setInput(input, true, true);
            BufferedImage image = reader.read(0);
            if (image.getWidth() != width || image.getHeight() != height) {
                throw corrupt(format, null);
            }
            return picture(image.getRaster());
        } catch (IOException | RuntimeException failure) {
            // The readers meet corrupt data with whatever exception their loops run into.
            throw failure instanceof MediaException known ? known : corrupt(format, failure);
        } finally {
            reader.dispose();
        }
    }

    private static MediaException corrupt(PictureFormat format, Exception cause) {
        return new MediaException(Kind.CORRUPT, "%s with corrupt data".formatted(format), "an intact file", cause);
    }

    /** The samples as they are, without the colour conversion that {@code BufferedImage.getRGB} does for grey. */
    private static Picture picture(Raster raster) {
        int bands = raster.getNumBands();
        int width = raster.getWidth();
        byte[] rgb = new byte[3 * width * raster.getHeight()];
        int[] row = new int[bands * width];
        int green = bands < 3 ? 0 : 1;
        int blue = bands < 3 ? 0 : 2;
        boolean hasAlpha = bands == 2 || bands == 4;
        for (int y = 0, target = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
            for (int source = 0; source < row.length; source += bands) {
                int alpha = hasAlpha ? row[source + bands - 1] : OPAQUE;
                rgb[target++] = overWhite(row[source], alpha);
                rgb[target++] = overWhite(row[source + green], alpha);
                rgb[target++] = overWhite(row[source + blue], alpha);
            }
        }
        return new Picture(width, raster.getHeight(), rgb);
    }

    /** A sample of 0 to 255 with straight alpha of 0 to 255 composited on white, rounded. */
    static byte overWhite(int sample, int alpha) {
        return (byte) ((sample * alpha + OPAQUE * (OPAQUE - alpha) + OPAQUE / 2) / OPAQUE);
    }
}
