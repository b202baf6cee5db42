package multimodal.gateway.rpc;

import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.workflow.Workflow;
import multimodal.gateway.workflow.WorkflowProblem;

/** The graphs that come with the gateway: files in the folder {@code workflows} of its resources, in proto3 JSON. */
final class ReadyWorkflows {
    private static final String FOLDER = "/workflows/";

    /** A text becomes a picture, the picture a caption, the caption a longer text. */
    static final Workflow TEXT_TO_IMAGE_TO_TEXT = workflow(read("TextToImageToText"));

    /** A picture and a question become an answer. */
    static final Workflow ASK_IMAGE = workflow(read("AskImage"));

    /** All of them with ports and settings, sorted by name. */
    static final List<multimodal.gateway.v1.Workflow> ALL = Stream.of(
                    "AskImage", "PaintAndAsk", "PaintAndDescribe", "TextToImageToText", "TwoPaintings")
            .map(ReadyWorkflows::read)
            .map(ReadyWorkflows::withPorts)
            .sorted(Comparator.comparing(multimodal.gateway.v1.Workflow::getName))
            .toList();

    private ReadyWorkflows() {}

    private static multimodal.gateway.v1.Workflow read(String name) {
        try (InputStream file = ReadyWorkflows.class.getResourceAsStream(FOLDER + name + ".json");
                Reader text = new InputStreamReader(file, StandardCharsets.UTF_8)) {
            multimodal.gateway.v1.Workflow.Builder workflow = multimodal.gateway.v1.Workflow.newBuilder();
            JsonFormat.parser().merge(text, workflow);
            return workflow.build();
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    private static Workflow workflow(multimodal.gateway.v1.Workflow message) {
        List<WorkflowProblem> problems = new ArrayList<>();
        Workflow workflow = WorkflowReader.read(message, RemoteNodes.CATALOGUE, problems::add);
        if (!problems.isEmpty()) {
            throw new IllegalStateException(message.getName() + ": " + problems);
        }
        return workflow;
    }

    private static multimodal.gateway.v1.Workflow withPorts(multimodal.gateway.v1.Workflow message) {
        multimodal.gateway.v1.Workflow.Builder rendered = WorkflowMessages.render(workflow(message)).toBuilder();
        for (int i = 0; i < message.getNodesCount(); i++) {
            WorkflowNode written = message.getNodes(i);
            if (written.hasSettings()) {
                rendered.getNodesBuilder(i).setSettings(written.getSettings());
            }
        }
        return rendered.build();
    }
}
