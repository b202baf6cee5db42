package multimodal.gateway.workflow;

import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Progress;
import multimodal.common.v1.Token;

/** A node on its own thread: tries it, tries it again where that may help, and tells how it went. */
final class NodeTask implements Runnable, NodeListener {
    private static final System.Logger LOG = System.getLogger(NodeTask.class.getName());

    private final NodeCall call;
    private final Node node;
    private final NodeExecutor executor;
    private final Consumer<NodeMessage> owner;
    private final Cancellation cancellation;
    private final RetryPolicy retryPolicy;
    private final Supplier<Duration> elapsed;
    private int unreachableCount;
    private int refusalCount;

    NodeTask(
            NodeCall call,
            NodeExecutor executor,
            Consumer<NodeMessage> owner,
            Cancellation cancellation,
            RetryPolicy retryPolicy,
            Supplier<Duration> elapsed) {
        this.call = call;
        this.node = call.node();
        this.executor = executor;
        this.owner = owner;
        this.cancellation = cancellation;
        this.retryPolicy = retryPolicy;
        this.elapsed = elapsed;
    }

    @Override
    public void run() {
        NodeMessage last;
        try {
            last = succeed();
        } catch (NodeException e) {
            last = new NodeMessage.Failed(node, e.status());
        } catch (RuntimeException | Error e) {
            last = new NodeMessage.Failed(node, hide(e));
        }
        owner.accept(last);
    }

    @Override
    public void onLoading(ModelRef model) {
        tell(new WorkflowEvent.NodeLoading(node, model));
    }

    @Override
    public void onProgress(Progress progress, List<Image> previews) {
        tell(new WorkflowEvent.NodeProgress(node, progress, previews));
    }

    @Override
    public void onToken(Token token) {
        tell(new WorkflowEvent.NodeToken(node, token));
    }

    private NodeMessage succeed() throws NodeException {
        Duration started = elapsed.get();
        for (int attempt = 1; ; attempt++) {
            tell(new WorkflowEvent.NodeStarted(node, attempt));
            try {
                NodeOutput output = executor.execute(node, call.request(), this, cancellation);
                Duration duration = elapsed.get().minus(started);
                return new NodeMessage.Succeeded(
                        call, new NodeSummary(node, attempt, started, duration, output.info()), output);
            } catch (NodeException e) {
                waitForNextAttempt(attempt, e);
            }
        }
    }

    private void waitForNextAttempt(int attempt, NodeException failure) throws NodeException {
        Optional<Duration> again = node.type().repeatable() ? delayBeforeNextAttempt(failure) : Optional.empty();
        if (again.isEmpty()) {
            throw failure;
        }
        Duration delay = again.get();
        tell(new WorkflowEvent.NodeRetry(node, attempt + 1, delay, failure.getMessage()));
        if (cancellation.await(delay)) {
            throw failure;
        }
    }

    private Optional<Duration> delayBeforeNextAttempt(NodeException failure) {
        if (failure.isUnreachable() && ++unreachableCount < retryPolicy.maxAttempts()) {
            return Optional.of(retryPolicy.delayAfter(unreachableCount));
        }
        return failure.refusedFor().filter(delay -> ++refusalCount <= retryPolicy.maxRefusals());
    }

    private void tell(WorkflowEvent event) {
        owner.accept(new NodeMessage.Happened(event));
    }

    private Status hide(Throwable bug) {
        String id = UUID.randomUUID().toString();
        LOG.log(System.Logger.Level.ERROR, "node " + node.id() + ": internal error " + id, bug);
        return Status.newBuilder()
                .setCode(Code.INTERNAL_VALUE)
                .setMessage("internal error " + id)
                .build();
    }
}
