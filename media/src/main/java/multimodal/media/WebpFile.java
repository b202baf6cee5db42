package multimodal.media;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import multimodal.media.MediaException.Kind;

/**
 * The chunks of a WebP file (RFC 9649), reduced to its first frame.
 *
 * @param width of the canvas in pixels, within the limits
 * @param height of the canvas in pixels, within the limits
 * @param frameLeft column of the canvas where the frame begins
 * @param frameTop row of the canvas where the frame begins
 * @param frameWidth of the frame, inside the canvas
 * @param frameHeight of the frame, inside the canvas
 * @param orientation from the EXIF chunk
 * @param still a WebP file of the first frame alone
 */
record WebpFile(
        int width,
        int height,
        int frameLeft,
        int frameTop,
        int frameWidth,
        int frameHeight,
        Orientation orientation,
        byte[] still) {

    boolean isFrameWhole() {
        return frameWidth == width && frameHeight == height;
    }

    static WebpFile parse(byte[] data, PictureLimits limits) {
        ByteReader reader = new ByteReader(data, PictureFormat.WEBP);
        reader.skip(4);
        ByteReader form = reader.slice(reader.u32LittleEndian());
        form.skip(4);
        Parser parser = new Parser(limits);
        while (form.remaining() > 0) {
            parser.chunk(form);
        }
        return parser.file();
    }

    private static final class Parser {

        private final PictureLimits limits;
        private int width;
        private int height;
        private int left;
        private int top;
        private int[] frameSize;
        private String bitstreamType;
        private byte[] bitstream;
        private byte[] alpha;
        private boolean hasAnimationFrame;
        private Orientation orientation;

        Parser(PictureLimits limits) {
            this.limits = limits;
        }

        void chunk(ByteReader form) {
            String type = form.latin1(4);
            long length = form.u32LittleEndian();
            ByteReader body = form.slice(length);
            if (length % 2 == 1 && form.remaining() > 0) {
                form.skip(1);
            }
            switch (type) {
                case "VP8X" -> canvas(body);
                case "ANMF" -> animationFrame(body);
                case "VP8 ", "VP8L" -> bitstream(type, body);
                case "ALPH" -> alpha(body);
                case "EXIF" -> exif(body);
                default -> {
                    // Colour profile, animation parameters, XMP and unknown chunks do not change the pixels.
                }
            }
        }

        private void canvas(ByteReader body) {
            body.skip(4);
            width = body.u24LittleEndian() + 1;
            height = body.u24LittleEndian() + 1;
            limits.checkSize(PictureFormat.WEBP, width, height);
        }

        private void animationFrame(ByteReader body) {
            if (bitstream != null || hasAnimationFrame) {
                return;
            }
            hasAnimationFrame = true;
            left = 2 * body.u24LittleEndian();
            top = 2 * body.u24LittleEndian();
            body.skip(10);
            while (body.remaining() > 0) {
                chunk(body);
            }
        }

        private void bitstream(String type, ByteReader body) {
            if (bitstream != null) {
                return;
            }
            bitstreamType = type;
            bitstream = body.bytes(body.remaining());
            ByteReader header = new ByteReader(bitstream, PictureFormat.WEBP);
            frameSize = type.equals("VP8L") ? losslessSize(header) : lossySize(header);
            limits.checkSize(PictureFormat.WEBP, frameSize[0], frameSize[1]);
        }

        private void alpha(ByteReader body) {
            if (bitstream == null) {
                alpha = body.bytes(body.remaining());
            }
        }

        private void exif(ByteReader body) {
            if (orientation == null) {
                orientation = Orientation.read(body.bytes(body.remaining()));
            }
        }

        private static int[] lossySize(ByteReader header) {
            boolean isKeyFrame = (header.u24LittleEndian() & 1) == 0;
            boolean hasStartCode = header.u24LittleEndian() == 0x2a019d;
            if (!isKeyFrame || !hasStartCode) {
                throw corrupt("no key frame", "a VP8 key frame");
            }
            return new int[] {header.u16LittleEndian() & 0x3fff, header.u16LittleEndian() & 0x3fff};
        }

        private static int[] losslessSize(ByteReader header) {
            if (header.u8() != 0x2f) {
                throw corrupt("a lossless stream of an unknown kind", "signature 0x2f");
            }
            long bits = header.u32LittleEndian();
            return new int[] {(int) (bits & 0x3fff) + 1, (int) (bits >> 14 & 0x3fff) + 1};
        }

        WebpFile file() {
            if (bitstream == null) {
                throw corrupt("no picture", "a VP8 or VP8L chunk");
            }
            if (width == 0) {
                width = frameSize[0];
                height = frameSize[1];
            }
            if (left + frameSize[0] > width || top + frameSize[1] > height) {
                throw corrupt(
                        "a frame of %dx%d at %d,%d".formatted(frameSize[0], frameSize[1], left, top),
                        "inside %dx%d".formatted(width, height));
            }
            Orientation found = orientation == null ? Orientation.UPRIGHT : orientation;
            return new WebpFile(width, height, left, top, frameSize[0], frameSize[1], found, still());
        }

        private byte[] still() {
            ByteArrayOutputStream chunks = new ByteArrayOutputStream();
            if (alpha != null) {
                write(chunks, "VP8X", extendedHeader());
                write(chunks, "ALPH", alpha);
            }
            write(chunks, bitstreamType, bitstream);
            ByteArrayOutputStream form = new ByteArrayOutputStream();
            form.writeBytes("WEBP".getBytes(StandardCharsets.ISO_8859_1));
            form.writeBytes(chunks.toByteArray());
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            write(file, "RIFF", form.toByteArray());
            return file.toByteArray();
        }

        private byte[] extendedHeader() {
            int lastColumn = frameSize[0] - 1;
            int lastRow = frameSize[1] - 1;
            byte hasAlpha = 0x10;
            return new byte[] {
                hasAlpha,
                0,
                0,
                0,
                (byte) lastColumn,
                (byte) (lastColumn >> 8),
                0,
                (byte) lastRow,
                (byte) (lastRow >> 8),
                0
            };
        }

        private static void write(ByteArrayOutputStream output, String type, byte[] body) {
            output.writeBytes(type.getBytes(StandardCharsets.ISO_8859_1));
            for (int shift = 0; shift < 32; shift += 8) {
                output.write(body.length >> shift);
            }
            output.writeBytes(body);
            if (body.length % 2 == 1) {
                output.write(0);
            }
        }

        private static MediaException corrupt(String found, String expected) {
            return new MediaException(Kind.CORRUPT, "WebP with " + found, expected);
        }
    }
}
