package multimodal.media;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Writes 8-bit RGB PNG. The same picture and texts give the same bytes (with the same Java). */
public final class PngEncoder {

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final int PIXEL_BYTES = 3;

    private PngEncoder() {}

    /** A file without text chunks. */
    public static byte[] encode(Picture picture) {
        return encode(picture, List.of());
    }

    /** A file that says in text chunks how the picture was made. */
    public static byte[] encode(Picture picture, GenerationMetadata metadata) {
        return encode(picture, metadata.texts());
    }

    private static byte[] encode(Picture picture, List<PngText> texts) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        writeChunk(file, "IHDR", header(picture));
        for (PngText text : texts) {
            writeChunk(file, text.chunkType(), text.chunkBody());
        }
        writeChunk(file, "IDAT", deflate(filtered(picture)));
        writeChunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    private static byte[] header(Picture picture) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        writeU32(body, picture.width());
        writeU32(body, picture.height());
        byte bitDepth = 8;
        byte rgb = 2;
        body.writeBytes(new byte[] {bitDepth, rgb, 0, 0, 0});
        return body.toByteArray();
    }

    /** All rows, each with the filter whose output has the smallest sum of magnitudes (PNG, section 12.7). */
    private static byte[] filtered(Picture picture) {
        int rowBytes = 1 + PIXEL_BYTES * picture.width();
        byte[] all = new byte[rowBytes * picture.height()];
        byte[] row = new byte[rowBytes];
        byte[] previous = new byte[rowBytes];
        byte[] candidate = new byte[rowBytes];
        for (int y = 0; y < picture.height(); y++) {
            System.arraycopy(picture.rgb(), y * (rowBytes - 1), row, 1, rowBytes - 1);
            long smallest = Long.MAX_VALUE;
            for (int filter = 0; filter < PngFilter.COUNT; filter++) {
                PngFilter.apply(filter, row, previous, PIXEL_BYTES, candidate);
                long magnitude = magnitude(candidate);
                if (magnitude < smallest) {
                    smallest = magnitude;
                    System.arraycopy(candidate, 0, all, y * rowBytes, rowBytes);
                }
            }
            byte[] done = row;
            row = previous;
            previous = done;
        }
        return all;
    }

    private static long magnitude(byte[] filtered) {
        long sum = 0;
        for (int i = 1; i < filtered.length; i++) {
            sum += Math.abs(filtered[i]);
        }
        return sum;
    }

    private static byte[] deflate(byte[] data) {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION);
        try {
            deflater.setInput(data);
            deflater.finish();
            ByteArrayOutputStream compressed = new ByteArrayOutputStream(data.length / 2 + 64);
            byte[] buffer = new byte[8192];
            while (!deflater.finished()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
            return compressed.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static void writeChunk(ByteArrayOutputStream file, String type, byte[] body) {
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        writeU32(file, body.length);
        file.writeBytes(name);
        file.writeBytes(body);
        writeU32(file, (int) crc.getValue());
    }

    private static void writeU32(ByteArrayOutputStream output, int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            output.write(value >> shift);
        }
    }
}
