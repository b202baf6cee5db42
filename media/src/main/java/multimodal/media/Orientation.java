package multimodal.media;

import java.util.Arrays;

/** How a camera was held, as EXIF 2.3 counts it: tag 0x0112, 1 to 8. */
record Orientation(int value) {

    static final Orientation UPRIGHT = new Orientation(1);

    private static final int TAG = 0x0112;
    private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};

    /** Reads the tag from an EXIF block, with or without its prefix; anything unreadable is upright. */
    static Orientation read(byte[] exif) {
        boolean prefixed =
                exif.length > PREFIX.length && Arrays.equals(exif, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
        Tiff tiff = new Tiff(exif, prefixed ? PREFIX.length : 0);
        long directory = tiff.u32(4);
        int entries = tiff.u16(directory);
        for (int i = 0; i < entries; i++) {
            long entry = directory + 2 + 12L * i;
            if (entry >= exif.length) {
                return UPRIGHT;
            }
            if (tiff.u16(entry) == TAG) {
                int value = tiff.u16(entry + 8);
                return value >= 1 && value <= 8 ? new Orientation(value) : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** The picture as it was seen. */
    Picture apply(Picture picture) {
        if (value == 1) {
            return picture;
        }
        boolean turned = value >= 5;
        int width = turned ? picture.height() : picture.width();
        int height = turned ? picture.width() : picture.height();
        byte[] rgb = new byte[picture.rgb().length];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                System.arraycopy(picture.rgb(), 3 * source(picture, x, y), rgb, 3 * (y * width + x), 3);
            }
        }
        return new Picture(width, height, rgb);
    }

    /** Index of the stored pixel that is seen at (x, y). */
    private int source(Picture picture, int x, int y) {
        int right = picture.width() - 1;
        int bottom = picture.height() - 1;
        int column =
                switch (value) {
                    case 2, 3 -> right - x;
                    case 5, 6 -> y;
                    case 7, 8 -> right - y;
                    default -> x;
                };
        int row =
                switch (value) {
                    case 3, 4 -> bottom - y;
                    case 6, 7 -> bottom - x;
                    case 5, 8 -> x;
                    default -> y;
                };
        return row * picture.width() + column;
    }

    /** Numbers of a TIFF block in its own byte order; zero beyond its end, so that a cut block ends the search. */
    private record Tiff(byte[] data, int start) {

        int u16(long offset) {
            return isBigEndian() ? at(offset) << 8 | at(offset + 1) : at(offset) | at(offset + 1) << 8;
        }

        long u32(long offset) {
            return isBigEndian()
                    ? (long) u16(offset) << 16 | u16(offset + 2)
                    : u16(offset) | (long) u16(offset + 2) << 16;
        }

        private boolean isBigEndian() {
            return at(0) == 'M';
        }

        private int at(long offset) {
            long index = start + offset;
            return index < data.length ? data[(int) index] & 0xff : 0;
        }
    }
}
