package multimodal.image.testing;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import multimodal.media.Picture;
import multimodal.media.PngEncoder;

/** Picture files that are hard to take. */
public final class Pictures {

    /** Bytes before the width in a PNG: its signature, and length and type of the first chunk. */
    private static final int WIDTH = 16;

    private Pictures() {}

    /** A small PNG that claims 60,000 × 60,000 pixels, its checksum right. */
    public static byte[] bomb() {
        byte[] png = PngEncoder.encode(new Picture(1, 1, new byte[3]));
        ByteBuffer header = ByteBuffer.wrap(png);
        header.putInt(WIDTH, 60_000).putInt(WIDTH + 4, 60_000);
        CRC32 checksum = new CRC32();
        checksum.update(png, WIDTH - 4, 17);
        header.putInt(WIDTH + 13, (int) checksum.getValue());
        return png;
    }
}
