package multimodal.gateway.workflow;

import com.google.common.util.concurrent.Uninterruptibles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** One run of a workflow. All fields belong to the thread that calls {@link #run}; nodes reach it by {@code messages}. */
final class WorkflowRun {
    /** Messages that may wait; a node that has more to tell waits itself, so a slow client slows the nodes. */
    private static final int INBOX_LENGTH = 8;

    private final WorkflowRunner runner;
    private final Workflow workflow;
    private final Optional<NodeCache> shared;
    private final Consumer<WorkflowEvent> events;
    private final Cancellation cancellation;
    private final long startNanos = System.nanoTime();
    private final BlockingQueue<NodeMessage> messages = new ArrayBlockingQueue<>(INBOX_LENGTH);
    private final Map<PortRef, PortValue> values = new HashMap<>();
    /** Nodes that have not started; an entry leaves with its start. */
    private final Set<Node> waiting;
    /** Of those whose inputs are there. */
    private final Map<String, NodeCall> calls = new HashMap<>();

    private final Set<String> runningKeys = new HashSet<>();
    private final Map<String, NodeOutput> outputs = new HashMap<>();
    private final List<NodeSummary> summaries = new ArrayList<>();
    private int runningCount;

    WorkflowRun(
            WorkflowRunner runner,
            Workflow workflow,
            Optional<NodeCache> shared,
            Consumer<WorkflowEvent> events,
            Cancellation cancellation) {
        this.runner = runner;
        this.workflow = workflow;
        this.shared = shared;
        this.events = events;
        this.cancellation = cancellation;
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
        for (Optional<NodeCall> call = nextCall(); call.isPresent(); call = nextCall()) {
            waiting.remove(call.get().node());
            Optional<NodeOutput> earlier = earlierOutput(call.get());
            if (earlier.isPresent()) {
                take(call.get(), earlier.get());
            } else {
                start(call.get());
            }
        }
    }

    /** The first node that may start now: its inputs are there, and no equal call runs whose result it can use. */
    private Optional<NodeCall> nextCall() {
        if (runningCount >= runner.maxParallelNodes()) {
            return Optional.empty();
        }
        return waiting.stream()
                .filter(this::isReady)
                .map(node -> calls.computeIfAbsent(node.id(), id -> call(node)))
                .filter(call -> call.key().filter(runningKeys::contains).isEmpty())
                .findFirst();
    }

    private boolean isReady(Node node) {
        return edgesTo(node).stream().allMatch(edge -> values.containsKey(edge.source()));
    }

    private NodeCall call(Node node) {
        Map<String, PortValue> inputs = edgesTo(node).stream()
                .collect(Collectors.toMap(edge -> edge.target().port(), edge -> values.get(edge.source())));
        return NodeCall.of(node, node.type().request(node.settings(), inputs));
    }

    private List<Edge> edgesTo(Node node) {
        return workflow.edges().stream()
                .filter(edge -> edge.target().node().equals(node.id()))
                .toList();
    }

    private Optional<NodeOutput> earlierOutput(NodeCall call) {
        return call.key().flatMap(key -> Optional.ofNullable(outputs.get(key))
                .or(() -> shared.flatMap(cache -> cache.find(key))));
    }

    private void start(NodeCall call) {
        boolean wouldLoseWork =
                !summaries.isEmpty() || runningCount > 0 || nextCall().isPresent();
        runner.start(call, wouldLoseWork, this::post, cancellation, this::elapsed);
        call.key().ifPresent(runningKeys::add);
        runningCount++;
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
        succeeded.call().key().ifPresent(key -> {
            runningKeys.remove(key);
            outputs.put(key, succeeded.output());
            shared.ifPresent(cache -> cache.add(key, succeeded.output()));
        });
        finish(succeeded.summary(), succeeded.output(), false);
        startReadyNodes();
    }

    private void take(NodeCall call, NodeOutput output) {
        finish(new NodeSummary(call.node(), 0, elapsed(), Duration.ZERO, output.info()), output, true);
    }

    private void finish(NodeSummary summary, NodeOutput output, boolean cached) {
        Node node = summary.node();
        calls.remove(node.id());
        output.values().forEach((port, value) -> values.put(new PortRef(node.id(), port), value));
        summaries.add(summary);
        events.accept(new WorkflowEvent.NodeResult(node, output, cached));
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
