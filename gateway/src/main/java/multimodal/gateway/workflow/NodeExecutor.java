package multimodal.gateway.workflow;

/** Runs one node: calls its RPC and waits for the result. */
@FunctionalInterface
public interface NodeExecutor {
    /**
     * Runs the node once, on the calling thread.
     *
     * @throws NodeException if the service fails, or soon after {@code cancellation}
     */
    NodeOutput execute(NodeInputs inputs, NodeListener listener, Cancellation cancellation) throws NodeException;
}
