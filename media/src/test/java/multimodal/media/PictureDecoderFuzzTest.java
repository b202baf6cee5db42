package multimodal.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import multimodal.testing.Fuzz;
import multimodal.testing.MutatedBytes;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, the answer is a picture or a {@link MediaException}. */
class PictureDecoderFuzzTest {

    private static final PictureDecoder DECODER = new PictureDecoder(new PictureLimits(1 << 20, 1 << 20));
    private static final List<byte[]> WORDS = Stream.of(
                    "\u0089PNG\r\n\u001a\n",
                    "IHDR",
                    "PLTE",
                    "tRNS",
                    "IDAT",
                    "iTXt",
                    "eXIf",
                    "IEND",
                    "\u00ff\u00d8",
                    "\u00ff\u00c0",
                    "\u00ff\u00c2",
                    "\u00ff\u00c4",
                    "\u00ff\u00da",
                    "\u00ff\u00d9",
                    "\u00ff\u00e1",
                    "Exif\0\0",
                    "RIFF",
                    "WEBP",
                    "VP8 ",
                    "VP8L",
                    "VP8X",
                    "ANIM",
                    "ANMF",
                    "ALPH",
                    "\u0000\u0000\u0000\u0000",
                    "\u00ff\u00ff\u00ff\u00ff",
                    "\u007f\u00ff\u00ff\u00ff")
            .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
            .toList();

    @Test
    void whateverTheBytesAreTheyAreAPictureOrRefused() {
        MutatedBytes files =
                new MutatedBytes(Goldens.inputs().stream().map(Goldens::bytes).toList(), WORDS);

        Fuzz.run(
                random -> {
                    byte[] file = files.apply(random);
                    return random.nextBoolean() ? withRightChecksums(file) : file;
                },
                PictureDecoderFuzzTest::decodeOrRefuse);
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
