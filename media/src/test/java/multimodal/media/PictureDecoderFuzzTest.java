package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes are, the answer is a picture or a {@link MediaException}. */
class PictureDecoderFuzzTest {

    private static final int ROUNDS = 60;
    private static final PictureDecoder DECODER = new PictureDecoder(new PictureLimits(1 << 20, 1 << 20));

    static List<String> files() {
        return Goldens.inputs();
    }

    @ParameterizedTest
    @MethodSource("files")
    void flippedBitsNeverThrowAnythingElse(String name) {
        Random random = new Random(name.hashCode());
        for (int round = 0; round < ROUNDS; round++) {
            byte[] file = Goldens.bytes(name);
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                file[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
            }
            decodeOrRefuse(file);
            decodeOrRefuse(withRightChecksums(file));
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void cutAndJoinedFilesNeverThrowAnythingElse(String name) {
        Random random = new Random(name.hashCode());
        byte[] file = Goldens.bytes(name);
        for (int round = 0; round < ROUNDS; round++) {
            int from = random.nextInt(file.length);
            int to = random.nextInt(file.length);
            byte[] joined = new byte[from + file.length - to];
            System.arraycopy(file, 0, joined, 0, from);
            System.arraycopy(file, to, joined, from, file.length - to);
            decodeOrRefuse(joined);
        }
    }

    @Test
    void randomBytesNeverThrowAnythingElse() {
        Random random = new Random(1);
        List<String> names = files();
        for (int round = 0; round < 20 * ROUNDS; round++) {
            byte[] start = Goldens.bytes(names.get(random.nextInt(names.size())));
            byte[] file = new byte[random.nextInt(400)];
            random.nextBytes(file);
            System.arraycopy(start, 0, file, 0, Math.min(file.length, random.nextInt(40)));
            decodeOrRefuse(file);
        }
    }

    private static void decodeOrRefuse(byte[] file) {
        try {
            Picture picture = DECODER.decode(file);
            assertThat(picture.width() * picture.height()).isLessThanOrEqualTo(1 << 20);
        } catch (MediaException refused) {
            assertThat(refused.found()).isNotEmpty();
            assertThat(refused.expected()).isNotEmpty();
        }
    }

    /** Mends the checksums of a PNG's chunks, so that the changes get past them. */
    private static byte[] withRightChecksums(byte[] file) {
        byte[] mended = file.clone();
        int position = PngFile.SIGNATURE_BYTES;
        while (position + 12 <= mended.length) {
            long length = Integer.toUnsignedLong(ByteBuffer.wrap(mended).getInt(position));
            if (length > mended.length - position - 12) {
                break;
            }
            CRC32 crc = new CRC32();
            crc.update(mended, position + 4, (int) length + 4);
            ByteBuffer.wrap(mended).putInt(position + 8 + (int) length, (int) crc.getValue());
            position += (int) length + 12;
        }
        return mended;
    }
}
