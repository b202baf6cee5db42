package multimodal.media;

import java.util.Arrays;
import java.util.HexFormat;
import multimodal.media.MediaException.Kind;

/** File formats of pictures that are read here, told apart by their first bytes, never by a name. */
public enum PictureFormat {
    PNG("image/png"),
    JPEG("image/jpeg"),
    WEBP("image/webp");

    private static final byte[] PNG_START = HexFormat.of().parseHex("89504e470d0a1a0a");
    private static final byte[] JPEG_START = HexFormat.of().parseHex("ffd8ff");
    private static final byte[] RIFF_START = {'R', 'I', 'F', 'F'};
    private static final byte[] WEBP_FORM = {'W', 'E', 'B', 'P'};

    private final String mediaType;

    PictureFormat(String mediaType) {
        this.mediaType = mediaType;
    }

    /** The IANA media type, e.g. {@code image/png}. */
    public String mediaType() {
        return mediaType;
    }

    /**
     * The format that the first bytes announce.
     *
     * @throws MediaException {@code EMPTY} or {@code UNKNOWN_FORMAT}
     */
    public static PictureFormat detect(byte[] data) {
        if (data.length == 0) {
            throw new MediaException(Kind.EMPTY, "0 bytes", "PNG, JPEG or WebP");
        }
        if (hasAt(data, 0, PNG_START)) {
            return PNG;
        }
        if (hasAt(data, 0, JPEG_START)) {
            return JPEG;
        }
        if (hasAt(data, 0, RIFF_START) && hasAt(data, 8, WEBP_FORM)) {
            return WEBP;
        }
        String start = HexFormat.ofDelimiter(" ").formatHex(data, 0, Math.min(8, data.length));
        throw new MediaException(Kind.UNKNOWN_FORMAT, "a file that begins with " + start, "PNG, JPEG or WebP");
    }

    private static boolean hasAt(byte[] data, int offset, byte[] start) {
        return data.length >= offset + start.length
                && Arrays.equals(data, offset, offset + start.length, start, 0, start.length);
    }
}
