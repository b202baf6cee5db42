package multimodal.media;

import java.io.ByteArrayOutputStream;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import multimodal.media.MediaException.Kind;
import multimodal.media.PngFile.Chunk;

/**
 * PNG of all colour types, depths and both interlacings. Rows are inflated one at a time, so that a file cannot make
 * more of itself than the pixels it declares; 16-bit samples keep their upper byte.
 */
final class PngDecoder {

    /** Adam7: first column, first row, column step, row step of each pass. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private static final int[][] WHOLE = {{0, 0, 1, 1}};

    private final PictureLimits limits;
    private final ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    private PngHeader header;
    private byte[] palette = {};
    private byte[] transparency = {};
    private Orientation orientation = Orientation.UPRIGHT;

    private PngDecoder(PictureLimits limits) {
        this.limits = limits;
    }

    static Picture decode(byte[] data, PictureLimits limits) {
        PngDecoder decoder = new PngDecoder(limits);
        PngFile.walk(data, decoder::chunk);
        return decoder.orientation.apply(decoder.pixels());
    }

    private void chunk(Chunk chunk) {
        ByteReader body = chunk.body();
        switch (chunk.type()) {
            case "IHDR" -> header(body);
            case "PLTE" -> palette = body.bytes(body.remaining());
            case "tRNS" -> transparency = body.bytes(body.remaining());
            case "eXIf" -> orientation = Orientation.read(body.bytes(body.remaining()));
            case "IDAT" -> compressed.writeBytes(body.bytes(body.remaining()));
            case "IEND" -> {
                // The walk ends here.
            }
            default -> {
                if (chunk.isCritical()) {
                    throw new MediaException(
                            Kind.UNSUPPORTED, "PNG with chunk " + chunk.type(), "chunks of the standard");
                }
            }
        }
    }

    private void header(ByteReader body) {
        if (header != null) {
            throw new MediaException(Kind.CORRUPT, "PNG with a second IHDR", "one");
        }
        header = PngHeader.parse(body, limits);
    }

    private Picture pixels() {
        byte[] rgb = new byte[3 * header.width() * header.height()];
        PngPixels pixels = new PngPixels(header, palette, transparency);
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed.toByteArray());
            for (int[] pass : header.isInterlaced() ? PASSES : WHOLE) {
                pass(inflater, pass, pixels, rgb);
            }
        } catch (DataFormatException failure) {
            throw new MediaException(Kind.CORRUPT, "PNG with corrupt data", "a zlib stream", failure);
        } finally {
            inflater.end();
        }
        return new Picture(header.width(), header.height(), rgb);
    }

    private void pass(Inflater inflater, int[] pass, PngPixels pixels, byte[] rgb) throws DataFormatException {
        int columns = (header.width() - pass[0] + pass[2] - 1) / pass[2];
        if (columns == 0) {
            return;
        }
        byte[] row = new byte[1 + header.rowBytes(columns)];
        byte[] previous = new byte[row.length];
        for (int y = pass[1]; y < header.height(); y += pass[3]) {
            inflate(inflater, row);
            PngFilter.undo(row, previous, header.filterDistance());
            for (int column = 0; column < columns; column++) {
                int x = pass[0] + column * pass[2];
                pixels.write(row, column, rgb, 3 * (y * header.width() + x));
            }
            byte[] done = row;
            row = previous;
            previous = done;
        }
    }

    private static void inflate(Inflater inflater, byte[] row) throws DataFormatException {
        int filled = 0;
        while (filled < row.length) {
            int count = inflater.inflate(row, filled, row.length - filled);
            if (count == 0) {
                throw new MediaException(Kind.TRUNCATED, "PNG whose data end early", "data for every pixel");
            }
            filled += count;
        }
    }
}
