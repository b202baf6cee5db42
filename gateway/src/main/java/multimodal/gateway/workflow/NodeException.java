package multimodal.gateway.workflow;

import com.google.rpc.Code;
import com.google.rpc.Status;

/** A try of a node has failed, with the status that its service answered. */
public final class NodeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    /** A failure with {@code status}, whose code is not {@code OK}. */
    public NodeException(Status status) {
        super(status.getMessage());
        this.status = status;
    }

    /** Code, text and details. */
    public Status status() {
        return status;
    }

    /** Whether the service could not be reached, so that another try may succeed. */
    boolean isTransient() {
        return status.getCode() == Code.UNAVAILABLE_VALUE;
    }
}
