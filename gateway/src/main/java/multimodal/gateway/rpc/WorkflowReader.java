package multimodal.gateway.rpc;

import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import multimodal.common.rpc.NumberRanges;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.workflow.Edge;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.NodeCatalogue;
import multimodal.gateway.workflow.NodeType;
import multimodal.gateway.workflow.Port;
import multimodal.gateway.workflow.PortRef;
import multimodal.gateway.workflow.PortType;
import multimodal.gateway.workflow.WorkflowProblem;
import multimodal.gateway.workflow.WorkflowValidator;

/** Reads a graph that somebody has written. */
final class WorkflowReader {
    private WorkflowReader() {}

    /** The graph that {@code message} is; every fault of it goes to {@code problems}, and only without any it can run. */
    static multimodal.gateway.workflow.Workflow read(
            Workflow message, NodeCatalogue catalogue, Consumer<WorkflowProblem> problems) {
        List<WorkflowProblem> found = new ArrayList<>();
        List<Node> nodes = new ArrayList<>();
        // The validator refuses a larger graph for its size alone.
        for (int i = 0; i < message.getNodesCount() && i <= WorkflowValidator.MAX_NODE_COUNT; i++) {
            nodes.add(node(message.getNodes(i), catalogue, "nodes[" + i + "]", found));
        }
        multimodal.gateway.workflow.Workflow workflow = new multimodal.gateway.workflow.Workflow(
                message.getName(),
                message.getDescription(),
                message.getInputsList().stream()
                        .map(port -> new Port(port.getName(), type(port.getType())))
                        .toList(),
                nodes,
                message.getEdgesList().stream()
                        .map(edge -> new Edge(ref(edge.getSource()), ref(edge.getTarget())))
                        .toList());
        WorkflowValidator.check(workflow, catalogue).forEach(problems);
        found.forEach(problems);
        return workflow;
    }

    private static Node node(WorkflowNode message, NodeCatalogue catalogue, String path, List<WorkflowProblem> found) {
        Optional<NodeType> type = catalogue.find(message.getMethod());
        if (type.isEmpty()) {
            return new Node(message.getId(), NodeType.unknown(message.getMethod()));
        }
        Message settings =
                SettingsReader.read(message.getSettings(), type.get().empty(), path + ".settings", found::add);
        NumberRanges.faults(settings)
                .forEach(fault -> found.add(new WorkflowProblem(
                        path + ".settings." + fault.path(), fault.value().toString(), fault.expected())));
        Node node = new Node(message.getId(), type.get(), settings);
        WorkflowNode own = WorkflowMessages.render(node);
        boolean tellsPorts = message.getInputsCount() + message.getOutputsCount() > 0;
        boolean agrees = message.getInputsList().equals(own.getInputsList())
                && message.getOutputsList().equals(own.getOutputsList());
        if (tellsPorts && !agrees) {
            found.add(new WorkflowProblem(path, "ports of " + message.getId(), "those of its RPC, or none"));
        }
        return node;
    }

    private static PortRef ref(multimodal.gateway.v1.PortRef ref) {
        return new PortRef(ref.getNode(), ref.getPort());
    }

    private static PortType type(multimodal.gateway.v1.PortType type) {
        return switch (type) {
            case PORT_TYPE_TEXT -> PortType.TEXT;
            case PORT_TYPE_IMAGE -> PortType.IMAGE;
            case PORT_TYPE_EMBEDDING -> PortType.EMBEDDING;
            case PORT_TYPE_AUDIO -> PortType.AUDIO;
            case PORT_TYPE_VIDEO -> PortType.VIDEO;
            case PORT_TYPE_UNSPECIFIED, UNRECOGNIZED -> PortType.UNKNOWN;
        };
    }
}
