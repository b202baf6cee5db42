package multimodal.gateway.rpc;

import multimodal.gateway.v1.Port;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.WorkflowEdge;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.workflow.Edge;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.PortRef;
import multimodal.gateway.workflow.Workflow;

/** Renders graphs. */
final class WorkflowMessages {
    private WorkflowMessages() {}

    /** Without settings. */
    static multimodal.gateway.v1.Workflow render(Workflow workflow) {
        return multimodal.gateway.v1.Workflow.newBuilder()
                .setName(workflow.name())
                .setDescription(workflow.description())
                .addAllInputs(workflow.inputs().stream()
                        .map(port -> port(port.name(), port.type()).build())
                        .toList())
                .addAllNodes(
                        workflow.nodes().stream().map(WorkflowMessages::render).toList())
                .addAllEdges(
                        workflow.edges().stream().map(WorkflowMessages::render).toList())
                .build();
    }

    /** Without settings. */
    static WorkflowNode render(Node node) {
        return WorkflowNode.newBuilder()
                .setId(node.id())
                .setMethod(node.type().method())
                .addAllInputs(node.type().inputs().stream()
                        .map(port -> port(port.name(), port.type())
                                .setOptional(!port.required())
                                .build())
                        .toList())
                .addAllOutputs(node.type().outputs().stream()
                        .map(port -> port(port.name(), port.type()).build())
                        .toList())
                .build();
    }

    private static WorkflowEdge render(Edge edge) {
        return WorkflowEdge.newBuilder()
                .setSource(render(edge.source()))
                .setTarget(render(edge.target()))
                .build();
    }

    private static multimodal.gateway.v1.PortRef render(PortRef ref) {
        return multimodal.gateway.v1.PortRef.newBuilder()
                .setNode(ref.node())
                .setPort(ref.port())
                .build();
    }

    private static Port.Builder port(String name, multimodal.gateway.workflow.PortType type) {
        PortType rendered =
                switch (type) {
                    case TEXT -> PortType.PORT_TYPE_TEXT;
                    case IMAGE -> PortType.PORT_TYPE_IMAGE;
                    case EMBEDDING -> PortType.PORT_TYPE_EMBEDDING;
                    case AUDIO -> PortType.PORT_TYPE_AUDIO;
                    case VIDEO -> PortType.PORT_TYPE_VIDEO;
                    case UNKNOWN -> PortType.PORT_TYPE_UNSPECIFIED;
                };
        return Port.newBuilder().setName(name).setType(rendered);
    }
}
