package multimodal.clip.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;

/** Picture files, sound and broken. */
public final class TestPictures {

    private static final int SIGNATURE_AND_HEADER = 8 + 8;

    private TestPictures() {}

    /** A PNG of one colour. */
    public static byte[] png(int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        return png(image);
    }

    /** A PNG of two pixels side by side. */
    public static byte[] pair(int left, int right) {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, left);
        image.setRGB(1, 0, right);
        return png(image);
    }

    private static byte[] png(BufferedImage image) {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A PNG whose second half is missing. */
    public static byte[] truncatedPng() {
        byte[] whole = png(32, 32, 0x336699);
        return Arrays.copyOf(whole, whole.length / 2);
    }

    /** A small PNG that claims 60,000 × 60,000 pixels, its checksum right. */
    public static byte[] bomb() {
        byte[] bytes = png(1, 1, 0);
        ByteBuffer header = ByteBuffer.wrap(bytes);
        header.putInt(SIGNATURE_AND_HEADER, 60_000).putInt(SIGNATURE_AND_HEADER + 4, 60_000);
        CRC32 checksum = new CRC32();
        checksum.update(bytes, SIGNATURE_AND_HEADER - 4, 17);
        header.putInt(SIGNATURE_AND_HEADER + 13, (int) checksum.getValue());
        return bytes;
    }

    /** No picture at all. */
    public static byte[] textFile() {
        return "this is no picture".getBytes(StandardCharsets.UTF_8);
    }
}
