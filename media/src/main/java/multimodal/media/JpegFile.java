package multimodal.media;

import java.io.ByteArrayOutputStream;
import multimodal.media.MediaException.Kind;

/**
 * The segments of a JPEG file (ITU-T T.81, annex B), walked to the end of the image.
 *
 * @param width in pixels, within the limits
 * @param height in pixels, within the limits
 * @param orientation from the first EXIF block
 * @param reduced the file without comments and application data other than what decides the colour space
 */
record JpegFile(int width, int height, Orientation orientation, byte[] reduced) {

    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    private static final int APP15 = 0xef;
    private static final int COMMENT = 0xfe;

    /** Each scan costs a pass over all pixels; encoders use about ten. */
    private static final int MAX_SCANS = 100;

    static JpegFile parse(byte[] data, PictureLimits limits) {
        return new Parser(data, limits).parse();
    }

    private static final class Parser {

        private final byte[] data;
        private final PictureLimits limits;
        private final ByteReader reader;
        private final ByteArrayOutputStream reduced;
        private int width;
        private int height;
        private int scans;
        private Orientation orientation;

        Parser(byte[] data, PictureLimits limits) {
            this.data = data;
            this.limits = limits;
            this.reader = new ByteReader(data, PictureFormat.JPEG);
            this.reduced = new ByteArrayOutputStream(data.length);
        }

        JpegFile parse() {
            reader.skip(2);
            writeMarker(START_OF_IMAGE);
            int marker = nextMarker();
            while (marker != END_OF_IMAGE) {
                segment(marker);
                marker = nextMarker();
            }
            if (width == 0 || scans == 0) {
                throw corrupt("no picture", "a frame and a scan before the end");
            }
            writeMarker(END_OF_IMAGE);
            Orientation found = orientation == null ? Orientation.UPRIGHT : orientation;
            return new JpegFile(width, height, found, reduced.toByteArray());
        }

        private int nextMarker() {
            if (reader.u8() != 0xff) {
                throw corrupt("no marker at byte " + (reader.position() - 1), "0xff");
            }
            int marker = reader.u8();
            while (marker == 0xff) {
                marker = reader.u8();
            }
            return marker;
        }

        private void segment(int marker) {
            int start = reader.position();
            int length = reader.u16();
            if (length < 2) {
                throw corrupt("a segment of %d bytes".formatted(length), "at least 2 bytes");
            }
            ByteReader body = reader.slice(length - 2);
            if (marker == APP1 && orientation == null) {
                orientation = Orientation.read(body.bytes(body.remaining()));
            }
            if (isFrame(marker)) {
                frame(marker, body);
            }
            if (marker == START_OF_SCAN) {
                scan();
            }
            if (isKept(marker)) {
                writeMarker(marker);
                reduced.write(data, start, reader.position() - start);
            }
        }

        private static boolean isFrame(int marker) {
            return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
        }

        private static boolean isKept(int marker) {
            boolean isApplicationData = marker >= APP0 && marker <= APP15;
            return marker == APP0 || marker == APP14 || (!isApplicationData && marker != COMMENT);
        }

        private void frame(int marker, ByteReader body) {
            if (width != 0) {
                throw corrupt("a second frame", "one frame");
            }
            if (marker > 0xc2) {
                throw unsupported("JPEG process %d".formatted(marker - 0xc0), "baseline or progressive Huffman coding");
            }
            int bits = body.u8();
            height = body.u16();
            width = body.u16();
            int components = body.u8();
            limits.checkSize(PictureFormat.JPEG, width, height);
            if (bits != 8) {
                throw unsupported("JPEG of %d bits a sample".formatted(bits), "8 bits");
            }
            if (components != 1 && components != 3) {
                throw unsupported("JPEG of %d components".formatted(components), "1 (grey) or 3 (colour)");
            }
        }

        /** Skips entropy-coded data: inside it 0xff is followed by 0 or a restart marker. */
        private void scan() {
            if (width == 0) {
                throw corrupt("a scan before its frame", "a frame first");
            }
            scans++;
            if (scans > MAX_SCANS) {
                throw unsupported("JPEG of more than %d scans".formatted(MAX_SCANS), "fewer scans");
            }
            int position = reader.position();
            while (position + 1 < data.length && !isMarkerAt(position)) {
                position++;
            }
            reader.skip(position - reader.position());
        }

        private boolean isMarkerAt(int position) {
            int next = data[position + 1] & 0xff;
            boolean isRestart = next >= 0xd0 && next <= 0xd7;
            return data[position] == (byte) 0xff && next != 0 && next != 0xff && !isRestart;
        }

        private void writeMarker(int marker) {
            reduced.write(0xff);
            reduced.write(marker);
        }

        private static MediaException corrupt(String found, String expected) {
            return new MediaException(Kind.CORRUPT, "JPEG with " + found, expected);
        }

        private static MediaException unsupported(String found, String expected) {
            return new MediaException(Kind.UNSUPPORTED, found, expected);
        }
    }
}
