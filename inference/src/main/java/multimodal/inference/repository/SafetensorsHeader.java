package multimodal.inference.repository;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Shape;

/** The checked header of a safetensors file: 8 bytes of length, JSON, then the tensors' bytes without gap. */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {

    /** Element types that this library reads. */
    enum Type {
        F16(2),
        F32(4),
        U8(1),
        I8(1),
        I32(4),
        I64(8);

        private final int size;

        Type(int size) {
            this.size = size;
        }

        static Optional<Type> named(String name) {
            return Arrays.stream(values())
                    .filter(type -> type.name().equals(name))
                    .findFirst();
        }
    }

    /**
     * Where a tensor lies.
     *
     * @param position of the first byte in the file
     * @param length in bytes
     */
    record Entry(Type type, Shape shape, long position, int length) {}

    private static final int LENGTH_BYTES = 8;
    /** The format's own limit. */
    private static final int MAX_HEADER_BYTES = 100_000_000;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static SafetensorsHeader read(FileChannel channel, Path file) throws IOException {
        long fileLength = channel.size();
        if (fileLength < LENGTH_BYTES) {
            throw fault(file, "length: " + fileLength + " bytes (expected: at least " + LENGTH_BYTES + ")");
        }
        long length = ByteBuffer.wrap(bytes(channel, LENGTH_BYTES, 0))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
        long longest = Math.min(MAX_HEADER_BYTES, fileLength - LENGTH_BYTES);
        if (length < 2 || length > longest) {
            throw fault(file, "header length: " + length + " bytes (expected: 2 to " + longest + ")");
        }
        byte[] text = bytes(channel, (int) length, LENGTH_BYTES);
        return new Reader(file, LENGTH_BYTES + length, fileLength).header(text);
    }

    private static byte[] bytes(FileChannel channel, int length, long position) throws IOException {
        byte[] bytes = new byte[length];
        ByteBuffer target = ByteBuffer.wrap(bytes);
        while (target.hasRemaining()) {
            if (channel.read(target, position + target.position()) < 0) {
                throw new IOException("the file ended at byte " + (position + target.position()));
            }
        }
        return bytes;
    }

    static InferenceException fault(Path file, String what) {
        return new InferenceException(ErrorKind.MISCONFIGURED, file.getFileName() + ": " + what);
    }

    /**
     * Reads and checks the JSON of one file.
     *
     * @param dataStart position of the first byte after the header
     */
    private record Reader(Path file, long dataStart, long fileLength) {

        SafetensorsHeader header(byte[] text) throws IOException {
            JsonNode root = parse(text);
            Map<String, Entry> entries = new LinkedHashMap<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : root.properties()) {
                if (field.getKey().equals("__metadata__")) {
                    metadata.putAll(metadata(field.getValue()));
                } else {
                    entries.put(field.getKey(), entry(field.getKey(), field.getValue()));
                }
            }
            checkContiguous(entries);
            return new SafetensorsHeader(Collections.unmodifiableMap(entries), Collections.unmodifiableMap(metadata));
        }

        private JsonNode parse(byte[] text) throws IOException {
            try {
                JsonNode root = JSON.readTree(text);
                if (root == null || !root.isObject()) {
                    throw fault(file, "header: not a JSON object (expected: tensors by name)");
                }
                return root;
            } catch (JsonProcessingException e) {
                throw fault(file, "header: " + e.getOriginalMessage() + " (expected: JSON)");
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            Map<String, String> strings = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : node.properties()) {
                if (!field.getValue().isTextual()) {
                    throw fault(file, "__metadata__." + field.getKey() + ": " + field.getValue() + " (expected: text)");
                }
                strings.put(field.getKey(), field.getValue().textValue());
            }
            return strings;
        }

        private Entry entry(String name, JsonNode node) {
            String dtype = node.path("dtype").asText();
            Type type = Type.named(dtype)
                    .orElseThrow(() -> fault(
                            file,
                            "tensor " + name + ": dtype: " + dtype + " (expected: one of "
                                    + Arrays.toString(Type.values()) + ")"));
            long[] dimensions = numbers(name, node, "shape");
            long[] offsets = numbers(name, node, "data_offsets");
            long length = byteCount(name, dimensions, type);
            long dataLength = fileLength - dataStart;
            if (offsets.length != 2 || offsets[1] - offsets[0] != length || offsets[1] > dataLength) {
                throw fault(
                        file,
                        "tensor %s: data_offsets: %s (expected: %d bytes of %s %s within %d)"
                                .formatted(
                                        name,
                                        Arrays.toString(offsets),
                                        length,
                                        type,
                                        Arrays.toString(dimensions),
                                        dataLength));
            }
            int[] extents = Arrays.stream(dimensions).mapToInt(Math::toIntExact).toArray();
            return new Entry(type, Shape.of(extents), dataStart + offsets[0], (int) length);
        }

        private long[] numbers(String name, JsonNode node, String key) {
            JsonNode array = node.path(key);
            List<Long> numbers = new ArrayList<>();
            for (JsonNode number : array) {
                if (!number.canConvertToLong() || !number.isIntegralNumber() || number.longValue() < 0) {
                    throw fault(file, "tensor " + name + ": " + key + ": " + array + " (expected: integers >= 0)");
                }
                numbers.add(number.longValue());
            }
            if (!array.isArray()) {
                throw fault(file, "tensor " + name + ": " + key + ": " + array + " (expected: a list of integers)");
            }
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        /** The size of a tensor, at most what a Java array holds. */
        private long byteCount(String name, long[] dimensions, Type type) {
            try {
                int count = type.size;
                for (long dimension : dimensions) {
                    count = Math.toIntExact(Math.multiplyExact(count, dimension));
                }
                return count;
            } catch (ArithmeticException e) {
                throw fault(
                        file,
                        "tensor %s: shape: %s (expected: less than 2 GiB)"
                                .formatted(name, Arrays.toString(dimensions)));
            }
        }

        private void checkContiguous(Map<String, Entry> entries) {
            List<Map.Entry<String, Entry>> byPosition = new ArrayList<>(entries.entrySet());
            byPosition.sort(Comparator.comparingLong(
                            (Map.Entry<String, Entry> entry) -> entry.getValue().position())
                    .thenComparingInt(entry -> entry.getValue().length()));
            long end = dataStart;
            for (Map.Entry<String, Entry> entry : byPosition) {
                long position = entry.getValue().position();
                if (position != end) {
                    throw fault(
                            file,
                            "tensor %s: begins at byte %d of the data (expected: %d, where the one before it ends)"
                                    .formatted(entry.getKey(), position - dataStart, end - dataStart));
                }
                end += entry.getValue().length();
            }
            if (end != fileLength) {
                throw fault(file, "data: %d bytes (expected: %d)".formatted(fileLength - dataStart, end - dataStart));
            }
        }
    }
}
