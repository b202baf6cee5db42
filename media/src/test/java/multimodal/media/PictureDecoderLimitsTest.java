package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import multimodal.media.MediaException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderLimitsTest {

    private static final int HUGE = 60_000;

    @Test
    void refusesASmallPngThatClaimsManyPixelsWithoutAllocating() {
        long before = allocatedBytes();
        MediaException failure = failure(pngThatClaims(HUGE, HUGE));
        long allocated = allocatedBytes() - before;
        assertThat(failure.kind()).isEqualTo(Kind.TOO_MANY_PIXELS);
        assertThat(failure).hasMessage("PNG of 60000x60000 pixels (expected: at most 16777216 pixels)");
        assertThat(allocated).isLessThan(1_000_000);
    }

    @Test
    void refusesAJpegThatClaimsManyPixels() {
        byte[] file = Goldens.bytes("jpeg-444.jpg");
        int frame = indexOf(file, "ffc0");
        ByteBuffer.wrap(file).putShort(frame + 5, (short) HUGE).putShort(frame + 7, (short) HUGE);
        assertThat(failure(file).kind()).isEqualTo(Kind.TOO_MANY_PIXELS);
    }

    @Test
    void refusesAWebpThatClaimsManyPixels() {
        byte[] file = Goldens.bytes("webp-lossy.webp");
        int startCode = indexOf(file, "9d012a");
        Arrays.fill(file, startCode + 3, startCode + 7, (byte) 0x3f);
        assertThat(failure(file).kind()).isEqualTo(Kind.TOO_MANY_PIXELS);
    }

    @Test
    void refusesMoreBytesThanAllowedWhateverTheyAre() {
        MediaException failure = catchThrowableOfType(
                MediaException.class, () -> new PictureDecoder(new PictureLimits(10, 100)).decode(new byte[11]));
        assertThat(failure.kind()).isEqualTo(Kind.TOO_MANY_BYTES);
        assertThat(failure).hasMessage("11 bytes (expected: at most 10 bytes)");
    }

    @Test
    void refusesAnEmptyFile() {
        MediaException failure = failure(new byte[0]);
        assertThat(failure.kind()).isEqualTo(Kind.EMPTY);
        assertThat(failure).hasMessage("0 bytes (expected: PNG, JPEG or WebP)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"just a text", "GIF89a and more", "<svg/>", "RIFF....WAVE", "x"})
    void refusesWhatIsNoPicture(String content) {
        MediaException failure = failure(content.getBytes(StandardCharsets.UTF_8));
        assertThat(failure.kind()).isEqualTo(Kind.UNKNOWN_FORMAT);
        assertThat(failure.expected()).isEqualTo("PNG, JPEG or WebP");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png-rgb.png", "jpeg-420.jpg", "webp-lossy-alpha.webp", "webp-lossless.webp"})
    void refusesATruncatedFileWhereverItEnds(String name) {
        byte[] file = Goldens.bytes(name);
        for (int length = 12; length < file.length - 1; length++) {
            Kind kind = failure(Arrays.copyOf(file, length)).kind();
            assertThat(kind).as("%s cut at %d", name, length).isIn(Kind.TRUNCATED, Kind.CORRUPT);
        }
    }

    @Test
    void refusesAPngWithAWrongChecksumByName() {
        byte[] file = Goldens.bytes("png-rgb.png");
        file[indexOf(file, "49444154") + 10] ^= 1;
        MediaException failure = failure(file);
        assertThat(failure.kind()).isEqualTo(Kind.CORRUPT);
        assertThat(failure.found()).startsWith("PNG chunk IDAT with CRC ");
    }

    @Test
    void refusesAJpegOfFourColoursAndTwelveBits() {
        byte[] file = Goldens.bytes("jpeg-444.jpg");
        int frame = indexOf(file, "ffc0");
        file[frame + 4] = 12;
        assertThat(failure(file)).hasMessage("JPEG of 12 bits a sample (expected: 8 bits)");
        file[frame + 4] = 8;
        file[frame + 9] = 4;
        assertThat(failure(file)).hasMessage("JPEG of 4 components (expected: 1 (grey) or 3 (colour))");
    }

    private static MediaException failure(byte[] file) {
        return catchThrowableOfType(MediaException.class, () -> new PictureDecoder(PictureLimits.DEFAULT).decode(file));
    }

    /** 100 bytes: a signature, a header with a right checksum, and zeros. */
    private static byte[] pngThatClaims(int width, int height) {
        ByteBuffer file = ByteBuffer.allocate(100);
        file.put(HexFormat.of().parseHex("89504e470d0a1a0a0000000d49484452"));
        file.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(file.array(), 12, 17);
        file.putInt((int) crc.getValue());
        return file.array();
    }

    private static int indexOf(byte[] file, String hex) {
        return HexFormat.of().formatHex(file).indexOf(hex) / 2;
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
