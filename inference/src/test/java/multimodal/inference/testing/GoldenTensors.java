package multimodal.inference.testing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import multimodal.inference.repository.Safetensors;
import multimodal.inference.tensor.Tensor;

/**
 * A file of {@code models/golden}, made by torch, transformers or diffusers: tensors by name, and cases that say which
 * tensor belongs to what.
 */
public final class GoldenTensors {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Tensor> tensors;
    private final Map<String, String> metadata;

    private GoldenTensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
        this.tensors = tensors;
        this.metadata = metadata;
    }

    /** Reads {@code <fleet.root>/models/golden/<name>.safetensors}. */
    public static GoldenTensors read(String name) {
        return read(Path.of(System.getProperty("fleet.root")).resolve("models/golden/" + name + ".safetensors"));
    }

    /** Reads a whole file. */
    public static GoldenTensors read(Path file) {
        try (Safetensors open = Safetensors.open(file)) {
            Map<String, Tensor> tensors = new HashMap<>();
            open.names().forEach(name -> tensors.put(name, open.tensor(name)));
            return new GoldenTensors(tensors, open.metadata());
        }
    }

    /** A string of the metadata. */
    public String metadata(String key) {
        return existing(metadata, key);
    }

    /** The cases of one kind, in their order; {@code kind} null takes all. */
    public List<JsonNode> cases(String kind) {
        try {
            JsonNode cases = JSON.readTree(metadata("cases"));
            return StreamSupport.stream(cases.spliterator(), false)
                    .filter(one -> kind == null || kind.equals(one.path("kind").asText()))
                    .toList();
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tensor; bytes come as int64. */
    public Tensor tensor(String name) {
        return existing(tensors, name);
    }

    private static <V> V existing(Map<String, V> values, String key) {
        if (!values.containsKey(key)) {
            throw new IllegalArgumentException(key + " (expected: one of " + values.keySet() + ")");
        }
        return values.get(key);
    }
}
