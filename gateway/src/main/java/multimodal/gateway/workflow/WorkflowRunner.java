package multimodal.gateway.workflow;

import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Runs workflows: a node starts as soon as its inputs are there, and events are told as they happen.
 *
 * <p>One thread, the caller's, owns the state of a run; the nodes run on {@code nodeThreads} and send it messages.
 */
public final class WorkflowRunner {
    private final Executor nodeThreads;
    private final RetryPolicy retryPolicy;

    /** A runner whose nodes run on {@code nodeThreads}, which must take a whole workflow's nodes without waiting for them. */
    public WorkflowRunner(Executor nodeThreads, RetryPolicy retryPolicy) {
        this.nodeThreads = nodeThreads;
        this.retryPolicy = retryPolicy;
    }

    /**
     * Runs a workflow that {@link WorkflowValidator} has no objection to; returns when no node runs any more.
     *
     * @param executors what executes each node, by id
     * @param inputs the workflow's inputs, by port
     * @param events is told each event, on the calling thread; it may block (the nodes then wait), and what it throws ends the
     *     run
     * @throws WorkflowException if a node has failed; the others are cancelled
     */
    public void run(
            Workflow workflow,
            Map<String, NodeExecutor> executors,
            Map<String, PortValue> inputs,
            Consumer<WorkflowEvent> events,
            Cancellation cancellation)
            throws WorkflowException {
        new WorkflowRun(workflow, executors, events, cancellation, nodeThreads, retryPolicy).run(inputs);
    }
}
