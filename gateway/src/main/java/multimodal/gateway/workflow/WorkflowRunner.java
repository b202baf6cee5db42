package multimodal.gateway.workflow;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Runs workflows: a node starts as soon as its inputs are there, and events are told as they happen.
 *
 * <p>One thread, the caller's, owns the state of a run; the nodes run on {@code nodeThreads} and send it messages.
 */
public final class WorkflowRunner {
    private final NodeExecutor executor;
    private final Executor nodeThreads;
    private final RetryPolicy retryPolicy;
    private final int maxParallelNodes;
    private final NodeCache cache;

    /**
     * A runner of nodes.
     *
     * @param executor what runs each node
     * @param nodeThreads must take a whole workflow's nodes without waiting for them
     * @param maxParallelNodes nodes of one run that run at once, 1 or more; further ones wait
     * @param cache results that runs share, if they may
     */
    public WorkflowRunner(
            NodeExecutor executor,
            Executor nodeThreads,
            RetryPolicy retryPolicy,
            int maxParallelNodes,
            NodeCache cache) {
        this.executor = executor;
        this.nodeThreads = nodeThreads;
        this.retryPolicy = retryPolicy;
        this.maxParallelNodes = maxParallelNodes;
        this.cache = cache;
    }

    /**
     * Runs a workflow that {@link WorkflowValidator} has no objection to; returns when no node runs any more.
     *
     * @param inputs the workflow's inputs, by port
     * @param mayReuse whether results of other runs may be used, and those of this run by others
     * @param events is told each event, on the calling thread; it may block (the nodes then wait), and what it throws ends the
     *     run
     * @throws WorkflowException if a node has failed; the others are cancelled
     */
    public void run(
            Workflow workflow,
            Map<String, PortValue> inputs,
            boolean mayReuse,
            Consumer<WorkflowEvent> events,
            Cancellation cancellation)
            throws WorkflowException {
        Optional<NodeCache> shared = mayReuse ? Optional.of(cache) : Optional.empty();
        new WorkflowRun(this, workflow, shared, events, cancellation).run(inputs);
    }

    int maxParallelNodes() {
        return maxParallelNodes;
    }

    /** Runs {@code call} on a thread of its own; {@code mayWait} while its service is full. */
    void start(
            NodeCall call,
            boolean mayWait,
            Consumer<NodeMessage> owner,
            Cancellation cancellation,
            Supplier<Duration> elapsed) {
        RetryPolicy policy =
                mayWait ? retryPolicy : new RetryPolicy(retryPolicy.maxAttempts(), retryPolicy.initialDelay(), 0);
        nodeThreads.execute(new NodeTask(call, executor, owner, cancellation, policy, elapsed));
    }
}
