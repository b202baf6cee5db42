package multimodal.inference.batching;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import multimodal.inference.engine.Graph;
import multimodal.inference.tensor.Tensor;

/**
 * Puts single-shot requests of one artifact together: while the engine works on one batch, the next one gathers. Rows of
 * equal trailing shapes share a call; nobody waits for company longer than {@link BatchPolicy#maxDelay}. Thread-safe.
 */
public final class DynamicBatcher extends Batcher<WaitingEntries> {

    private final AtomicInteger runningRows = new AtomicInteger();

    /** Starts the batcher's threads; the graph belongs to it until {@link #close} has returned. */
    public DynamicBatcher(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener) {
        super(key, graph, policy, listener, new WaitingEntries(policy.maxRows(), policy.maxDelay(), key, listener));
    }

    /**
     * Runs rows and waits for them.
     *
     * @param inputs by name, equal numbers of rows, at least 1
     * @param onDone hears what it took, if all goes well
     * @return outputs by name, as many rows; equal to what the request alone would get
     * @throws multimodal.inference.error.InferenceException {@code OVERLOADED} when the queue is full, {@code CANCELLED},
     *     {@code DEADLINE_EXCEEDED}, {@code UNAVAILABLE} after {@link #close}, or the engine's failure
     */
    public Map<String, Tensor> run(RequestContext context, Map<String, Tensor> inputs, Consumer<Work> onDone) {
        context.checkLive();
        Submission submission = new Submission(context, Phase.SINGLE_SHOT, inputs, policy.maxRows(), true);
        int rows = submission.rows();
        try {
            checkRoom(rows, runningRows.addAndGet(rows));
            change(rows, () -> submission.entries().forEach(assembly::add));
            Map<String, Tensor> outputs = submission.await();
            onDone.accept(submission.work());
            return outputs;
        } finally {
            runningRows.addAndGet(-rows);
        }
    }

    /** A request that is alone always has room. */
    private void checkRoom(int rows, int running) {
        if (running > policy.maxQueued() && running > rows) {
            throw overloaded(running + " rows would wait", running / policy.maxRows() + 1);
        }
    }
}
