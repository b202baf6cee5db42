package multimodal.media;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import multimodal.media.MediaException.Kind;

/** The chunks of a PNG file (W3C PNG, third edition, section 5), each checked by its CRC. */
final class PngFile {

    static final int SIGNATURE_BYTES = 8;

    private static final int CRITICAL_BIT = 0x20;

    /**
     * One chunk.
     *
     * @param type four letters; a capital first letter says that a decoder must know it
     */
    record Chunk(String type, ByteReader body) {

        boolean isCritical() {
            return (type.charAt(0) & CRITICAL_BIT) == 0;
        }
    }

    private PngFile() {}

    /**
     * Hands each chunk in turn to {@code visitor}, up to and including {@code IEND}.
     *
     * @throws MediaException {@code TRUNCATED}, or {@code CORRUPT} for a wrong CRC or a first chunk other than IHDR
     */
    static void walk(byte[] data, Consumer<Chunk> visitor) {
        ByteReader reader = new ByteReader(data, PictureFormat.PNG);
        reader.skip(SIGNATURE_BYTES);
        Chunk chunk = next(data, reader);
        if (!chunk.type().equals("IHDR")) {
            throw new MediaException(Kind.CORRUPT, "PNG that begins with chunk " + chunk.type(), "IHDR");
        }
        visitor.accept(chunk);
        while (!chunk.type().equals("IEND")) {
            chunk = next(data, reader);
            visitor.accept(chunk);
        }
    }

    /** Text chunks of the file, keyword to text; of equal keywords the first. Compressed ones are left out. */
    static Map<String, String> texts(byte[] data) {
        Map<String, String> texts = new HashMap<>();
        walk(data, chunk -> PngText.read(chunk).ifPresent(text -> texts.putIfAbsent(text.keyword(), text.text())));
        return texts;
    }

    private static Chunk next(byte[] data, ByteReader reader) {
        long length = reader.u32();
        int start = reader.position();
        String type = reader.latin1(4);
        if (!type.chars().allMatch(PngFile::isLetter)) {
            throw new MediaException(Kind.CORRUPT, "PNG without a chunk type at byte " + start, "four letters");
        }
        ByteReader body = reader.slice(length);
        CRC32 crc = new CRC32();
        crc.update(data, start, reader.position() - start);
        long declared = reader.u32();
        if (declared != crc.getValue()) {
            throw new MediaException(
                    Kind.CORRUPT,
                    "PNG chunk %s with CRC %08x".formatted(type, declared),
                    "%08x".formatted(crc.getValue()));
        }
        return new Chunk(type, body);
    }

    private static boolean isLetter(int character) {
        return (character >= 'A' && character <= 'Z') || (character >= 'a' && character <= 'z');
    }
}
