package multimodal.media;

import multimodal.media.MediaException.Kind;
import multimodal.media.PngHeader.Colour;

/** Turns the samples of a row into RGB on white. */
final class PngPixels {

    private static final int OPAQUE = 255;

    private final PngHeader header;
    private final byte[] palette;
    private final byte[] transparency;
    private final boolean hasTransparentColour;

    /**
     * @param palette PLTE chunk, empty if there is none
     * @param transparency tRNS chunk, empty if there is none
     */
    PngPixels(PngHeader header, byte[] palette, byte[] transparency) {
        this.header = header;
        this.palette = palette;
        this.transparency = transparency;
        this.hasTransparentColour = header.colour() != Colour.PALETTE
                && !header.colour().hasAlpha()
                && transparency.length >= 2 * header.samplesPerPixel();
    }

    /** Writes pixel {@code column} of {@code row}, which begins with the filter's byte, to {@code rgb[target…]}. */
    void write(byte[] row, int column, byte[] rgb, int target) {
        int first = column * header.samplesPerPixel();
        if (header.colour() == Colour.PALETTE) {
            writeIndexed(sample(row, first), rgb, target);
            return;
        }
        int alpha = alpha(row, first);
        int step = header.colour().isColoured() ? 1 : 0;
        for (int channel = 0; channel < 3; channel++) {
            rgb[target + channel] = Rasters.overWhite(eightBits(sample(row, first + channel * step)), alpha);
        }
    }

    private void writeIndexed(int index, byte[] rgb, int target) {
        if (3 * index + 2 >= palette.length) {
            throw new MediaException(Kind.CORRUPT, "PNG with palette index " + index, "below " + palette.length / 3);
        }
        int alpha = index < transparency.length ? transparency[index] & 0xff : OPAQUE;
        for (int channel = 0; channel < 3; channel++) {
            rgb[target + channel] = Rasters.overWhite(palette[3 * index + channel] & 0xff, alpha);
        }
    }

    private int alpha(byte[] row, int first) {
        if (header.colour().hasAlpha()) {
            return eightBits(sample(row, first + header.samplesPerPixel() - 1));
        }
        return hasTransparentColour && isTransparent(row, first) ? 0 : OPAQUE;
    }

    private boolean isTransparent(byte[] row, int first) {
        for (int channel = 0; channel < header.samplesPerPixel(); channel++) {
            int wanted = (transparency[2 * channel] & 0xff) << 8 | transparency[2 * channel + 1] & 0xff;
            if (sample(row, first + channel) != wanted) {
                return false;
            }
        }
        return true;
    }

    /** Sample {@code index} of the row at its full depth. */
    private int sample(byte[] row, int index) {
        return switch (header.bitDepth()) {
            case 8 -> row[1 + index] & 0xff;
            case 16 -> (row[1 + 2 * index] & 0xff) << 8 | row[2 + 2 * index] & 0xff;
            default -> packed(row, index);
        };
    }

    private int packed(byte[] row, int index) {
        int bits = header.bitDepth();
        int perByte = 8 / bits;
        int shift = 8 - bits * (index % perByte + 1);
        return row[1 + index / perByte] >> shift & (1 << bits) - 1;
    }

    private int eightBits(int sample) {
        int bits = header.bitDepth();
        return bits == 16 ? sample >> 8 : sample * 255 / ((1 << bits) - 1);
    }
}
