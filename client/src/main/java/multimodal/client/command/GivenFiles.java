package multimodal.client.command;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.client.InputException;
import multimodal.common.v1.Image;

/** Reads the files that are given to a command. */
final class GivenFiles {

    private static final long MAX_BYTES = 15L << 20;

    private GivenFiles() {}

    /** The picture in {@code file}; {@code name} is what the command calls it. */
    static Image picture(String name, Path file) throws IOException {
        check(name, file);
        return Image.newBuilder()
                .setData(ByteString.copyFrom(Files.readAllBytes(file)))
                .build();
    }

    /** The text in {@code file}, without the end of its last line. */
    static String text(String name, Path file) throws IOException {
        check(name, file);
        try {
            return Files.readString(file).stripTrailing();
        } catch (CharacterCodingException e) {
            throw new InputException("%s: %s is not UTF-8 (expected: a text)".formatted(name, file));
        }
    }

    private static void check(String name, Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new InputException("%s: %s is no file (expected: a file that can be read)".formatted(name, file));
        }
        if (Files.size(file) > MAX_BYTES) {
            throw new InputException(
                    "%s: %s has %d bytes (expected: at most %d)".formatted(name, file, Files.size(file), MAX_BYTES));
        }
    }
}
