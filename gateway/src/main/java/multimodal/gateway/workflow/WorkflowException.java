package multimodal.gateway.workflow;

import com.google.rpc.Status;

/** A workflow has ended because a node failed. */
public final class WorkflowException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Node node;
    private final transient Status status;

    WorkflowException(Node node, Status status) {
        super("node " + node.id() + " (" + node.type().service() + "): " + status.getMessage());
        this.node = node;
        this.status = status;
    }

    /** The node that failed. */
    public Node node() {
        return node;
    }

    /** What it failed with. */
    public Status status() {
        return status;
    }
}
