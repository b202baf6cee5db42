package multimodal.client.graph;

import com.google.gson.JsonElement;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import multimodal.gateway.v1.Workflow;

/** Reads graphs that somebody has written: a {@link Workflow} in proto3 JSON, or the same in YAML. */
public final class GraphFile {

    /** Bytes of a file; pictures belong into inputs, not into a graph. */
    public static final int MAX_BYTES = 1 << 20;

    private GraphFile() {}

    /** What a graph is written in. */
    public enum Format {
        /** RFC 8259. */
        JSON,
        /** YAML 1.1, of which JSON is nearly a part. */
        YAML
    }

    /** Whether {@code name} ends as a graph file does: {@code .json}, {@code .yaml} or {@code .yml}. */
    public static boolean isNameOfOne(String name) {
        return name.toLowerCase(Locale.ROOT).matches(".*\\.(json|ya?ml)");
    }

    /**
     * The graph in {@code file}: JSON if it ends in {@code .json}, else YAML.
     *
     * @throws GraphException if it is none
     */
    public static Workflow read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new GraphException(
                    "%s: %d bytes (expected: at most %d)".formatted(file, Files.size(file), MAX_BYTES));
        }
        boolean isJson = file.toString().toLowerCase(Locale.ROOT).endsWith(".json");
        try {
            return parse(Files.readString(file), isJson ? Format.JSON : Format.YAML);
        } catch (CharacterCodingException e) {
            throw new GraphException(file + ": not UTF-8");
        } catch (GraphException e) {
            throw new GraphException(file + ": " + e.getMessage());
        }
    }

    /**
     * The graph that {@code text} is.
     *
     * @throws GraphException if it is none
     */
    public static Workflow parse(String text, Format format) {
        JsonElement tree = format == Format.JSON ? JsonTree.read(text) : YamlTree.read(text);
        if (!tree.isJsonObject()) {
            throw new GraphException("not a graph (expected: an object with name, nodes, edges)");
        }
        try {
            Workflow.Builder workflow = Workflow.newBuilder();
            JsonFormat.parser().merge(tree.toString(), workflow);
            return workflow.build();
        } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
            throw new GraphException(
                    String.valueOf(e.getMessage()).lines().findFirst().orElse("not a graph"));
        }
    }
}
