package multimodal.media;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import multimodal.media.MediaException.Kind;

/** A cursor over a part of a file; every read beyond its end is {@code TRUNCATED}. */
final class ByteReader {

    private final byte[] data;
    private final PictureFormat format;
    private final int end;
    private int position;

    ByteReader(byte[] data, PictureFormat format) {
        this(data, format, 0, data.length);
    }

    ByteReader(byte[] data, PictureFormat format, int start, int end) {
        this.data = data;
        this.format = format;
        this.position = start;
        this.end = end;
    }

    int position() {
        return position;
    }

    int remaining() {
        return end - position;
    }

    /** The next {@code length} bytes as a reader of their own. */
    ByteReader slice(long length) {
        int start = advance(length);
        return new ByteReader(data, format, start, position);
    }

    byte[] bytes(long length) {
        int start = advance(length);
        return Arrays.copyOfRange(data, start, position);
    }

    String latin1(int length) {
        return new String(data, advance(length), length, StandardCharsets.ISO_8859_1);
    }

    void skip(long length) {
        advance(length);
    }

    int u8() {
        return data[advance(1)] & 0xff;
    }

    int u16() {
        return u8() << 8 | u8();
    }

    long u32() {
        return (long) u16() << 16 | u16();
    }

    int u16LittleEndian() {
        return u8() | u8() << 8;
    }

    int u24LittleEndian() {
        return u16LittleEndian() | u8() << 16;
    }

    long u32LittleEndian() {
        return u16LittleEndian() | (long) u16LittleEndian() << 16;
    }

    private int advance(long length) {
        if (length > remaining()) {
            throw new MediaException(
                    Kind.TRUNCATED,
                    "%s that ends at byte %d".formatted(format, data.length),
                    "%d more bytes at byte %d".formatted(length, position));
        }
        int start = position;
        position += (int) length;
        return start;
    }
}
