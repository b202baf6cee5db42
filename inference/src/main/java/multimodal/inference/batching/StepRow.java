package multimodal.inference.batching;

import java.util.Map;
import java.util.function.Consumer;
import multimodal.inference.tensor.Tensor;

/** See {@link Row}. */
final class StepRow implements Row {

    private final StepBatcher batcher;
    private final RequestContext context;
    private final Consumer<Work> onDone;
    private boolean isFirst = true;
    private boolean closed;

    StepRow(StepBatcher batcher, RequestContext context, Consumer<Work> onDone) {
        this.batcher = batcher;
        this.context = context;
        this.onDone = onDone;
    }

    RequestContext context() {
        return context;
    }

    @Override
    public Map<String, Tensor> step(Map<String, Tensor> inputs) {
        if (closed) {
            throw new IllegalStateException("the row is closed");
        }
        context.checkLive();
        Submission submission = new Submission(context, inputs, batcher.maxRows(), isFirst);
        batcher.submit(this, submission);
        Map<String, Tensor> outputs = submission.await();
        onDone.accept(submission.work());
        isFirst = false;
        return outputs;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            batcher.leave(this);
        }
    }
}
