package multimodal.gateway.rpc;

import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.WorkflowEdge;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.workflow.Edge;
import multimodal.gateway.workflow.Node;
import multimodal.gateway.workflow.Port;
import multimodal.gateway.workflow.PortRef;
import multimodal.gateway.workflow.Workflow;

/** Renders graphs. */
final class WorkflowMessages {
    private WorkflowMessages() {}

    static multimodal.gateway.v1.Workflow render(Workflow workflow) {
        return multimodal.gateway.v1.Workflow.newBuilder()
                .setName(workflow.name())
                .setDescription(workflow.description())
                .addAllInputs(
                        workflow.inputs().stream().map(WorkflowMessages::render).toList())
                .addAllNodes(
                        workflow.nodes().stream().map(WorkflowMessages::render).toList())
                .addAllEdges(
                        workflow.edges().stream().map(WorkflowMessages::render).toList())
                .build();
    }

    private static WorkflowNode render(Node node) {
        return WorkflowNode.newBuilder()
                .setId(node.id())
                .setMethod(node.type().method())
                .addAllInputs(node.type().inputs().stream()
                        .map(WorkflowMessages::render)
                        .toList())
                .addAllOutputs(node.type().outputs().stream()
                        .map(WorkflowMessages::render)
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

    private static multimodal.gateway.v1.Port render(Port port) {
        PortType type =
                switch (port.type()) {
                    case TEXT -> PortType.PORT_TYPE_TEXT;
                    case IMAGE -> PortType.PORT_TYPE_IMAGE;
                    case EMBEDDING -> PortType.PORT_TYPE_EMBEDDING;
                    case AUDIO -> PortType.PORT_TYPE_AUDIO;
                    case VIDEO -> PortType.PORT_TYPE_VIDEO;
                };
        return multimodal.gateway.v1.Port.newBuilder()
                .setName(port.name())
                .setType(type)
                .build();
    }
}
