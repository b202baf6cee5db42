package multimodal.client.search;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.MetadataValue;
import multimodal.common.v1.Image;

/**
 * A file with a picture, as a collection knows it.
 *
 * @param id its absolute path
 * @param metadata what is stored beside it: {@code file}, {@code folder} (their names), {@code bytes}, {@code modified} (seconds
 *     since 1970), {@code sha256} of the content, and what else was given
 */
record PictureFile(Path path, String id, Map<String, MetadataValue> metadata) {
    static final String SHA256 = "sha256";

    /** Bytes of a picture that still fits into a message. */
    static final long MAX_BYTES = 15L << 20;

    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "webp");

    /**
     * Reads {@code path}.
     *
     * @throws IOException if it cannot be read or is larger than {@value #MAX_BYTES} bytes
     */
    static PictureFile read(Path path, Map<String, MetadataValue> given) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        long bytes = Files.size(absolute);
        if (bytes > MAX_BYTES) {
            throw new IOException("%d bytes (expected: at most %d)".formatted(bytes, MAX_BYTES));
        }
        Map<String, MetadataValue> metadata = new HashMap<>(given);
        metadata.put("file", text(absolute.getFileName().toString()));
        metadata.put("folder", text(folder(absolute)));
        metadata.put("bytes", number(bytes));
        metadata.put(
                "modified",
                number(Files.getLastModifiedTime(absolute).toInstant().getEpochSecond()));
        metadata.put(SHA256, text(sha256(Files.readAllBytes(absolute))));
        return new PictureFile(absolute, absolute.toString(), Map.copyOf(metadata));
    }

    /** The files beneath {@code start}, a file or a folder, whose names end as those of pictures do, in order. */
    static List<Path> find(Path start) throws IOException {
        try (Stream<Path> files = Files.walk(start)) {
            return files.filter(file -> isNamedAsPicture(file) && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        }
    }

    /** What is sent of it; the file is read again, so that those that wait take no memory. */
    IndexItem item() throws IOException {
        return IndexItem.newBuilder()
                .setId(id)
                .setImage(Image.newBuilder().setData(ByteString.copyFrom(Files.readAllBytes(path))))
                .putAllMetadata(metadata)
                .build();
    }

    private static boolean isNamedAsPicture(Path file) {
        String name = file.getFileName() == null ? "" : file.getFileName().toString();
        return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static String folder(Path file) {
        Path folder = file.getParent().getFileName();
        return folder == null ? "" : folder.toString();
    }

    private static MetadataValue text(String text) {
        return MetadataValue.newBuilder().setText(text).build();
    }

    private static MetadataValue number(double number) {
        return MetadataValue.newBuilder().setNumber(number).build();
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
