package multimodal.gateway.workflow;

import com.google.rpc.Code;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.List;
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

    private final Node node;
    private final NodeExecutor executor;
    private final NodeInputs inputs;
    private final Consumer<NodeMessage> owner;
    private final Cancellation cancellation;
    private final RetryPolicy retryPolicy;
    private final Supplier<Duration> elapsed;

    NodeTask(
            Node node,
            NodeExecutor executor,
            NodeInputs inputs,
            Consumer<NodeMessage> owner,
            Cancellation cancellation,
            RetryPolicy retryPolicy,
            Supplier<Duration> elapsed) {
        this.node = node;
        this.executor = executor;
        this.inputs = inputs;
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
                NodeOutput output = executor.execute(inputs, this, cancellation);
                Duration duration = elapsed.get().minus(started);
                return new NodeMessage.Succeeded(
                        new NodeSummary(node, attempt, started, duration, output.info()), output);
            } catch (NodeException e) {
                waitForNextAttempt(attempt, e);
            }
        }
    }

    private void waitForNextAttempt(int attempt, NodeException failure) throws NodeException {
        boolean again = node.type().repeatable() && failure.isTransient() && attempt < retryPolicy.maxAttempts();
        if (!again) {
            throw failure;
        }
        Duration delay = retryPolicy.delayAfter(attempt);
        tell(new WorkflowEvent.NodeRetry(node, attempt + 1, delay, failure.getMessage()));
        if (cancellation.await(delay)) {
            throw failure;
        }
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
