package multimodal.inference.batching;

import java.util.Map;
import java.util.function.Consumer;
import multimodal.inference.tensor.Tensor;

/** See {@link Row}. */
final class StepRow implements Row {

    private final StepBatcher batcher;
    private final RequestContext context;
    private final StepWeight weight;
    private final Consumer<Work> onDone;
    private boolean isFirst = true;
    private boolean closed;
    /** Units that it was given, counted from the turn in which it came. Belongs to the assembly. */
    private double nextTurn;

    /** @param weight of its steps beside those of others */
    StepRow(StepBatcher batcher, RequestContext context, StepWeight weight, Consumer<Work> onDone) {
        this.batcher = batcher;
        this.context = context;
        this.weight = weight;
        this.onDone = onDone;
    }

    RequestContext context() {
        return context;
    }

    /** The turn of a step that takes {@code slots}, no earlier than {@code now}. */
    double takeTurn(double now, Phase phase, int slots) {
        double turn = Math.max(now, nextTurn);
        nextTurn = turn + weight.of(phase, slots);
        return turn;
    }

    @Override
    public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
        if (closed) {
            throw new IllegalStateException("the row is closed");
        }
        context.checkLive();
        Submission submission = new Submission(context, phase, inputs, batcher.maxRows(), isFirst);
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
