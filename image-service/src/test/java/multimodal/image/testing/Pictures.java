package multimodal.image.testing;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import multimodal.common.v1.Image;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import multimodal.media.PngEncoder;

/** Pictures, good and bad, as files, in requests and decoded. */
public final class Pictures {

    /** Bytes before the width in a PNG: its signature, and length and type of the first chunk. */
    private static final int WIDTH = 16;

    private static final Path GOLDENS = Path.of(System.getProperty("fleet.root"), "models", "golden");
    private static final PictureDecoder DECODER = new PictureDecoder(PictureLimits.DEFAULT);

    private Pictures() {}

    public static Picture decode(byte[] file) {
        return DECODER.decode(file);
    }

    /** A file of {@code models/golden}. */
    public static byte[] golden(String file) {
        try {
            return Files.readAllBytes(GOLDENS.resolve(file));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** A PNG that is black. */
    public static Image black(int width, int height) {
        return image(PngEncoder.encode(new Picture(width, height, new byte[3 * width * height])));
    }

    /** A small PNG that claims 60,000 × 60,000 pixels, its checksum right. */
    public static Image bomb() {
        byte[] png = PngEncoder.encode(new Picture(1, 1, new byte[3]));
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(WIDTH, 60_000).putInt(WIDTH + 4, 60_000);
        CRC32 checksum = new CRC32();
        checksum.update(png, WIDTH - 4, 17);
        header.putInt(WIDTH + 13, (int) checksum.getValue());
        return image(png);
    }

    /** A file as requests have it. */
    public static Image image(byte[] file) {
        return Image.newBuilder().setData(ByteString.copyFrom(file)).build();
    }
}
