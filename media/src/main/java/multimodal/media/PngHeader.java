package multimodal.media;

import java.util.Arrays;
import multimodal.media.MediaException.Kind;

/**
 * The IHDR chunk.
 *
 * @param width in pixels
 * @param height in pixels
 * @param bitDepth bits of a sample: 1, 2, 4, 8 or 16
 * @param colour what the samples of a pixel are
 * @param isInterlaced whether the rows come in Adam7 passes
 */
record PngHeader(int width, int height, int bitDepth, Colour colour, boolean isInterlaced) {

    /** Colour types; their code in the file is the ordinal. */
    enum Colour {
        GREY(1, 1, 2, 4, 8, 16),
        UNUSED_1(0),
        RGB(3, 8, 16),
        PALETTE(1, 1, 2, 4, 8),
        GREY_ALPHA(2, 8, 16),
        UNUSED_5(0),
        RGB_ALPHA(4, 8, 16);

        private final int samples;
        private final int[] depths;

        Colour(int samples, int... depths) {
            this.samples = samples;
            this.depths = depths;
        }

        boolean isColoured() {
            return this == RGB || this == RGB_ALPHA;
        }

        boolean hasAlpha() {
            return this == GREY_ALPHA || this == RGB_ALPHA;
        }

        private boolean allows(int depth) {
            return Arrays.stream(depths).anyMatch(allowed -> allowed == depth);
        }
    }

    static PngHeader parse(ByteReader body, PictureLimits limits) {
        long width = body.u32();
        long height = body.u32();
        limits.checkSize(PictureFormat.PNG, width, height);
        int bitDepth = body.u8();
        int type = body.u8();
        Colour colour = type < Colour.values().length ? Colour.values()[type] : Colour.UNUSED_1;
        if (!colour.allows(bitDepth)) {
            throw corrupt("colour type %d with %d bits".formatted(type, bitDepth), "a pair that PNG defines");
        }
        int compression = body.u8();
        int filter = body.u8();
        int interlace = body.u8();
        if (compression != 0 || filter != 0 || interlace > 1) {
            throw corrupt("methods %d, %d, %d".formatted(compression, filter, interlace), "0, 0 and 0 or 1");
        }
        return new PngHeader((int) width, (int) height, bitDepth, colour, interlace == 1);
    }

    int samplesPerPixel() {
        return colour.samples;
    }

    /** Bytes of a row of {@code pixels} pixels, without the filter's byte. */
    int rowBytes(int pixels) {
        return (int) (((long) pixels * samplesPerPixel() * bitDepth + 7) / 8);
    }

    /** The distance of the byte that filters look back to. */
    int filterDistance() {
        return Math.max(1, samplesPerPixel() * bitDepth / 8);
    }

    private static MediaException corrupt(String found, String expected) {
        return new MediaException(Kind.CORRUPT, "PNG with " + found, expected);
    }
}
