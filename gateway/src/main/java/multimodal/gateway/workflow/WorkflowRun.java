package multimodal.gateway.workflow;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One run of a workflow. All fields belong to the thread that calls {@link #run}; nodes reach it by {@code messages}. */
final class WorkflowRun {
    /** Messages that may wait; a node that has more to tell waits itself, so a slow client slows the nodes. */
    private static final int INBOX_LENGTH = 8;

    private final Workflow workflow;
    private final Map<String, NodeExecutor> executors;
    private final Consumer<WorkflowEvent> events;
    private final Cancellation cancellation;
    private final Executor nodeThreads;
    private final RetryPolicy retryPolicy;
    private final long startNanos = System.nanoTime();
    private final BlockingQueue<NodeMessage> messages = new ArrayBlockingQueue<>(INBOX_LENGTH);
    private final Map<PortRef, PortValue> values = new HashMap<>();
    private final Set<Node> waiting;
    private final List<NodeSummary> summaries = new ArrayList<>();
    private int runningCount;

    WorkflowRun(
            Workflow workflow,
            Map<String, NodeExecutor> executors,
            Consumer<WorkflowEvent> events,
            Cancellation cancellation,
            Executor nodeThreads,
            RetryPolicy retryPolicy) {
        this.workflow = workflow;
        this.executors = executors;
        this.events = events;
        this.cancellation = cancellation;
        this.nodeThreads = nodeThreads;
        this.retryPolicy = retryPolicy;
        this.waiting = new LinkedHashSet<>(workflow.nodes());
    }

    void run(Map<String, PortValue> inputs) throws WorkflowException {
        inputs.forEach((port, value) -> values.put(PortRef.input(port), value));
        events.accept(new WorkflowEvent.WorkflowStarted(workflow));
        try {
            startReadyNodes();
            while (runningCount > 0) {
                handle(Uninterruptibles.takeUninterruptibly(messages));
            }
        } finally {
            cancelRunningNodes();
        }
        events.accept(new WorkflowEvent.WorkflowFinished(summaries, elapsed()));
    }

    private void startReadyNodes() {
        List<Node> ready = waiting.stream()
                .filter(node -> inputs(node).size() == node.type().inputs().size())
                .toList();
        for (Node node : ready) {
            waiting.remove(node);
            NodeTask task = new NodeTask(
                    node,
                    executors.get(node.id()),
                    new NodeInputs(inputs(node)),
                    this::post,
                    cancellation,
                    retryPolicy,
                    this::elapsed);
            nodeThreads.execute(task);
            runningCount++;
        }
    }

    private Map<String, PortValue> inputs(Node node) {
        return workflow.edges().stream()
                .filter(edge -> edge.target().node().equals(node.id()))
                .filter(edge -> values.containsKey(edge.source()))
                .collect(Collectors.toMap(edge -> edge.target().port(), edge -> values.get(edge.source())));
    }

    private void handle(NodeMessage message) throws WorkflowException {
        if (message instanceof NodeMessage.Happened happened) {
            events.accept(happened.event());
        } else if (message instanceof NodeMessage.Succeeded succeeded) {
            runningCount--;
            handle(succeeded);
        } else if (message instanceof NodeMessage.Failed failed) {
            runningCount--;
            events.accept(new WorkflowEvent.NodeFailed(failed.node(), failed.status()));
            throw new WorkflowException(failed.node(), failed.status());
        }
    }

    private void handle(NodeMessage.Succeeded succeeded) {
        Node node = succeeded.summary().node();
        succeeded.output().values().forEach((port, value) -> values.put(new PortRef(node.id(), port), value));
        summaries.add(succeeded.summary());
        events.accept(new WorkflowEvent.NodeResult(node, succeeded.output()));
        startReadyNodes();
    }

    /** Leaves no node behind: each one's last message is taken, so none waits for room in the inbox. */
    private void cancelRunningNodes() {
        if (runningCount > 0) {
            cancellation.cancel();
        }
        while (runningCount > 0) {
            if (!(Uninterruptibles.takeUninterruptibly(messages) instanceof NodeMessage.Happened)) {
                runningCount--;
            }
        }
    }

    private void post(NodeMessage message) {
        Uninterruptibles.putUninterruptibly(messages, message);
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }
}
