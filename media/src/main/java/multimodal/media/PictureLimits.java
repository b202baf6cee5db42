package multimodal.media;

import multimodal.media.MediaException.Kind;

/**
 * What a file may cost before it is decoded.
 *
 * @param maxBytes size of the file
 * @param maxPixels width × height as its header declares them; decoding takes about 3 to 12 bytes a pixel
 */
public record PictureLimits(int maxBytes, int maxPixels) {

    /** 15 MiB and 16,777,216 pixels, as the API promises. */
    public static final PictureLimits DEFAULT = new PictureLimits(15 << 20, 1 << 24);

    public PictureLimits {
        if (maxBytes < 1 || maxPixels < 1 || maxPixels > Integer.MAX_VALUE / 3) {
            throw new IllegalArgumentException("limits: %d bytes, %d pixels (expected: >= 1, pixels <= %d)"
                    .formatted(maxBytes, maxPixels, Integer.MAX_VALUE / 3));
        }
    }

    void checkBytes(long found) {
        if (found > maxBytes) {
            throw new MediaException(Kind.TOO_MANY_BYTES, found + " bytes", "at most " + maxBytes + " bytes");
        }
    }

    void checkSize(PictureFormat format, long width, long height) {
        String found = "%s of %dx%d pixels".formatted(format, width, height);
        if (width < 1 || height < 1) {
            throw new MediaException(Kind.CORRUPT, found, "at least 1x1 pixels");
        }
        if (width > maxPixels / height) {
            throw new MediaException(Kind.TOO_MANY_PIXELS, found, "at most " + maxPixels + " pixels");
        }
    }
}
