package multimodal.gateway.workflow;

import com.google.rpc.Status;

/** What a running node tells the thread that owns its run. */
sealed interface NodeMessage {
    /** Something happened; the node goes on. */
    record Happened(WorkflowEvent event) implements NodeMessage {}

    /** The node is done. Its last message. */
    record Succeeded(NodeCall call, NodeSummary summary, NodeOutput output) implements NodeMessage {}

    /** The node has failed for good. Its last message. */
    record Failed(Node node, Status status) implements NodeMessage {}
}
