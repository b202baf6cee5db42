package multimodal.client.graph;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import io.grpc.MethodDescriptor;
import multimodal.gateway.v1.Port;
import multimodal.gateway.v1.PortRef;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEdge;
import multimodal.gateway.v1.WorkflowNode;

/**
 * Puts a graph together. Nothing is checked here: the gateway says all that is wrong with a graph before it runs it.
 *
 * <pre>{@code
 * Workflow graph = new GraphBuilder("Describe")
 *         .input("photo", PortType.PORT_TYPE_IMAGE)
 *         .node("describe", VisionLanguageServiceGrpc.getCaptionImageMethod(), CaptionImageRequest.getDefaultInstance())
 *         .edge("photo", "describe.image")
 *         .build();
 * }</pre>
 */
public final class GraphBuilder {

    private final Workflow.Builder workflow = Workflow.newBuilder();

    /** An empty graph called {@code name}, 1 to 64 characters of {@code [A-Za-z0-9_-]}. */
    public GraphBuilder(String name) {
        workflow.setName(name);
    }

    /** Adds a value that the caller gives. */
    public GraphBuilder input(String name, PortType type) {
        workflow.addInputs(Port.newBuilder().setName(name).setType(type));
        return this;
    }

    /**
     * Adds a call of {@code method}.
     *
     * @param id 1 to 64 characters of {@code [A-Za-z0-9_-]}
     * @param settings the RPC's request without the fields that edges fill
     */
    public <Q extends Message> GraphBuilder node(String id, MethodDescriptor<Q, ?> method, Q settings) {
        workflow.addNodes(WorkflowNode.newBuilder()
                .setId(id)
                .setMethod(method.getFullMethodName())
                .setSettings(settings(settings)));
        return this;
    }

    /** Adds an edge; each end is {@code node.port}, or the name of an input. */
    public GraphBuilder edge(String source, String target) {
        workflow.addEdges(WorkflowEdge.newBuilder().setSource(ref(source)).setTarget(ref(target)));
        return this;
    }

    /** The graph. */
    public Workflow build() {
        return workflow.build();
    }

    private static PortRef ref(String text) {
        int dot = text.indexOf('.');
        return PortRef.newBuilder()
                .setNode(text.substring(0, Math.max(0, dot)))
                .setPort(text.substring(dot + 1))
                .build();
    }

    private static Struct settings(Message request) {
        try {
            Struct.Builder settings = Struct.newBuilder();
            JsonFormat.parser()
                    .merge(JsonFormat.printer().preservingProtoFieldNames().print(request), settings);
            return settings.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
