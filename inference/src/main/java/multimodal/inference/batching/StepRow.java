package multimodal.inference.batching;

import java.util.Map;
import java.util.function.Consumer;
import multimodal.inference.tensor.Tensor;

/** See {@link Row}. */
final class StepRow implements Row {

    private final StepBatcher batcher;
    private final RequestContext context;
    private final Consumer<StageTimings> timings;
    private boolean isFirst = true;
    private boolean closed;

    StepRow(StepBatcher batcher, RequestContext context, Consumer<StageTimings> timings) {
        this.batcher = batcher;
        this.context = context;
        this.timings = timings;
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
        Submission submission = new Submission(context, inputs, batcher.maxRows());
        batcher.submit(this, submission);
        Map<String, Tensor> outputs = submission.await();
        timings.accept(submission.timings(isFirst));
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
