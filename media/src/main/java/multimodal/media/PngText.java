package multimodal.media;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import multimodal.media.PngFile.Chunk;

/**
 * A text chunk of a PNG: {@code tEXt} where the text is printable ASCII, else {@code iTXt} in UTF-8.
 *
 * @param keyword 1 to 79 characters of Latin-1
 * @param text anything
 */
record PngText(String keyword, String text) {

    /** Zeros after the keyword of an iTXt chunk: its end, no compression, method 0, no language, no translation. */
    private static final int ZEROS_BEFORE_UTF8 = 5;

    String chunkType() {
        return isPlain() ? "tEXt" : "iTXt";
    }

    byte[] chunkBody() {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        body.writeBytes(keyword.getBytes(StandardCharsets.ISO_8859_1));
        body.writeBytes(new byte[isPlain() ? 1 : ZEROS_BEFORE_UTF8]);
        body.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return body.toByteArray();
    }

    private boolean isPlain() {
        return text.chars().allMatch(character -> character >= ' ' && character <= '~');
    }

    /** The text of a {@code tEXt} or uncompressed {@code iTXt} chunk; empty for every other or malformed chunk. */
    static Optional<PngText> read(Chunk chunk) {
        return switch (chunk.type()) {
            case "tEXt" -> latin1(chunk.body());
            case "iTXt" -> utf8(chunk.body());
            default -> Optional.empty();
        };
    }

    private static Optional<PngText> latin1(ByteReader body) {
        return upToZero(body).map(keyword -> new PngText(keyword, body.latin1(body.remaining())));
    }

    private static Optional<PngText> utf8(ByteReader body) {
        Optional<String> keyword = upToZero(body);
        if (keyword.isEmpty() || body.remaining() < 2 || body.u16() != 0) {
            return Optional.empty();
        }
        Optional<String> language = upToZero(body);
        Optional<String> translatedKeyword = upToZero(body);
        if (language.isEmpty() || translatedKeyword.isEmpty()) {
            return Optional.empty();
        }
        String text = new String(body.bytes(body.remaining()), StandardCharsets.UTF_8);
        return Optional.of(new PngText(keyword.get(), text));
    }

    private static Optional<String> upToZero(ByteReader body) {
        StringBuilder text = new StringBuilder();
        while (body.remaining() > 0) {
            int next = body.u8();
            if (next == 0) {
                return Optional.of(text.toString());
            }
            text.append((char) next);
        }
        return Optional.empty();
    }
}
