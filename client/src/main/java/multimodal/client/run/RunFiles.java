package multimodal.client.run;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import multimodal.clip.v1.EmbeddingProto;
import multimodal.clip.v1.TextProto;
import multimodal.gateway.v1.NodeOutput;
import multimodal.gateway.v1.NodeResult;
import multimodal.gateway.v1.PortValue;
import multimodal.image.v1.EdgesProto;
import multimodal.image.v1.GenerationProto;
import multimodal.image.v1.PromptsProto;

/**
 * The files that a run leaves behind: each picture (its seed, model and settings inside), each text, and {@code run.json} with
 * every node's whole result but its pictures.
 */
public final class RunFiles {

    private static final String SUMMARY = "run.json";

    /** Where the messages are described that {@code NodeResult.answer} may hold. */
    private static final JsonFormat.Printer PRINTER = JsonFormat.printer()
            .preservingProtoFieldNames()
            .usingTypeRegistry(TypeRegistry.newBuilder()
                    .add(TextProto.getDescriptor().getMessageTypes())
                    .add(EmbeddingProto.getDescriptor().getMessageTypes())
                    .add(GenerationProto.getDescriptor().getMessageTypes())
                    .add(EdgesProto.getDescriptor().getMessageTypes())
                    .add(PromptsProto.getDescriptor().getMessageTypes())
                    .build());

    private RunFiles() {}

    /** Writes what {@code run} has made into {@code directory}, which is made if it is missing; says what was written. */
    public static List<Path> write(RunState run, Path directory) throws IOException {
        Files.createDirectories(directory);
        List<Path> written = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (NodeState node : run.nodes()) {
            for (NodeOutput output : node.result().getOutputsList()) {
                Path file = directory.resolve(fileName(node.id() + "-" + output.getPort()));
                if (output.getValue().hasImage()) {
                    byte[] picture = output.getValue().getImage().getData().toByteArray();
                    written.add(Files.write(Path.of(file + ".png"), picture));
                } else if (output.getValue().hasText()) {
                    written.add(Files.writeString(
                            Path.of(file + ".txt"), output.getValue().getText() + "\n"));
                }
            }
            results.add(print(withoutPictures(node.result())));
        }
        written.add(Files.writeString(directory.resolve(SUMMARY), "[" + String.join(",\n", results) + "]\n"));
        return written;
    }

    /** Names come from the other side of the network. */
    private static String fileName(String name) {
        return name.replaceAll("[^A-Za-z0-9_-]", "_");
    }

    private static NodeResult withoutPictures(NodeResult result) {
        NodeResult.Builder rest = result.toBuilder();
        rest.getOutputsBuilderList().stream()
                .filter(output -> output.getValue().hasImage())
                .forEach(output -> output.setValue(PortValue.getDefaultInstance()));
        return rest.build();
    }

    private static String print(NodeResult result) throws IOException {
        try {
            return PRINTER.print(result);
        } catch (InvalidProtocolBufferException e) {
            // A newer gateway may tell of messages that this client does not know.
            return PRINTER.print(result.toBuilder().clearAnswer());
        }
    }
}
