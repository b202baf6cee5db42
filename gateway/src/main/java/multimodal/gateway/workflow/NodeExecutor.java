package multimodal.gateway.workflow;

import com.google.protobuf.Message;

/** Runs nodes: calls an RPC and waits for the result. */
@FunctionalInterface
public interface NodeExecutor {
    /**
     * Runs {@code node} once, on the calling thread.
     *
     * @param request what its RPC is sent: the node's settings, and what edges have brought
     * @throws NodeException if the service fails, or soon after {@code cancellation}
     */
    NodeOutput execute(Node node, Message request, NodeListener listener, Cancellation cancellation)
            throws NodeException;
}
