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
    /** Slots that it was given, counted from the turn in which it came. Only the batcher's thread touches it. */
    private long nextTurn;

    StepRow(StepBatcher batcher, RequestContext context, Consumer<Work> onDone) {
        this.batcher = batcher;
        this.context = context;
        this.onDone = onDone;
    }

    RequestContext context() {
        return context;
    }

    /** The turn of a step that takes {@code slots}, no earlier than {@code now}. */
    long takeTurn(long now, int slots) {
        long turn = Math.max(now, nextTurn);
        nextTurn = turn + slots;
        return turn;
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
