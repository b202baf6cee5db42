package multimodal.inference.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import multimodal.inference.tensor.Tensor;

/**
 * A file of {@code models/golden}, made by torch, transformers or diffusers: tensors by name, and cases that say which
 * tensor belongs to what.
 */
public final class GoldenTensors {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode header;
    private final ByteBuffer data;

    private GoldenTensors(JsonNode header, ByteBuffer data) {
        this.header = header;
        this.data = data;
    }

    /** Reads {@code <fleet.root>/models/golden/<name>.safetensors}. */
    public static GoldenTensors read(String name) {
        return read(Path.of(System.getProperty("fleet.root")).resolve("models/golden/" + name + ".safetensors"));
    }

    /** Reads a safetensors file: length of the header, header as JSON, data. */
    public static GoldenTensors read(Path file) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
            byte[] header = new byte[Math.toIntExact(bytes.getLong())];
            bytes.get(header);
            return new GoldenTensors(JSON.readTree(header), bytes.slice().order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A string of the metadata. */
    public String metadata(String key) {
        return header.required("__metadata__").required(key).asText();
    }

    /** The cases of one kind, in their order; {@code kind} null takes all. */
    public List<JsonNode> cases(String kind) {
        try {
            JsonNode cases = JSON.readTree(metadata("cases"));
            return StreamSupport.stream(cases.spliterator(), false)
                    .filter(one -> kind == null || kind.equals(one.path("kind").asText()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A float32 or int64 tensor. */
    public Tensor tensor(String name) {
        JsonNode entry = header.required(name);
        int[] extents = StreamSupport.stream(entry.required("shape").spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
        ByteBuffer bytes = bytes(entry);
        return switch (entry.required("dtype").asText()) {
            case "F32" -> Tensor.of(floats(bytes), extents);
            case "I64" -> Tensor.of(longs(bytes), extents);
            default -> throw new IllegalArgumentException(name + ": " + entry + " (expected: F32 or I64)");
        };
    }

    /** A tensor of bytes as text in UTF-8. */
    public String text(String name) {
        ByteBuffer bytes = bytes(header.required(name));
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private ByteBuffer bytes(JsonNode entry) {
        JsonNode offsets = entry.required("data_offsets");
        int from = offsets.get(0).asInt();
        return data.slice(from, offsets.get(1).asInt() - from).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static float[] floats(ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    private static long[] longs(ByteBuffer bytes) {
        long[] values = new long[bytes.remaining() / Long.BYTES];
        bytes.asLongBuffer().get(values);
        return values;
    }
}
