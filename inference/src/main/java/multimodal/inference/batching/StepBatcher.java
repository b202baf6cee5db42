package multimodal.inference.batching;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import multimodal.inference.engine.Graph;
import multimodal.inference.error.InferenceException;

/**
 * Puts the steps of loops together (denoising, token decoding): rows join and leave between two engine calls, each with its
 * own number of steps. A call starts when every open row whose caller still waits has come with its next step, when the
 * call is full, or {@link BatchPolicy#maxWait} after the first has come; so a row that is busy with a preview holds nobody
 * up. When there are more rows than places they share the engine by cost, see {@link StepAssembly}. Thread-safe.
 */
public final class StepBatcher extends Batcher<StepAssembly> {

    private final AtomicInteger openRows = new AtomicInteger();

    /** Starts the batcher's threads; the graph belongs to it until {@link #close} has returned. */
    public StepBatcher(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener) {
        super(key, graph, policy, listener, new StepAssembly(policy.maxRows(), policy.maxWait(), key, listener));
    }

    /**
     * Opens a row.
     *
     * @param weight of its steps when calls are shared by cost
     * @param onDone hears after each step what it took
     * @throws InferenceException {@code OVERLOADED} when too many rows are open, {@code UNAVAILABLE} after {@link #close}
     */
    public Row open(RequestContext context, StepWeight weight, Consumer<Work> onDone) {
        if (openRows.incrementAndGet() > policy.maxQueued()) {
            openRows.decrementAndGet();
            throw overloaded(policy.maxQueued() + " rows are open", 1);
        }
        StepRow row = new StepRow(this, context, weight, onDone);
        try {
            change(() -> assembly.open(row));
        } catch (InferenceException e) {
            openRows.decrementAndGet();
            throw e;
        }
        return row;
    }

    int maxRows() {
        return policy.maxRows();
    }

    void submit(StepRow row, Submission submission) {
        change(submission.rows(), () -> assembly.submit(row, submission));
    }

    void leave(StepRow row) {
        openRows.decrementAndGet();
        try {
            change(() -> assembly.close(row));
        } catch (InferenceException e) {
            // The batcher is closed already and has forgotten the row.
        }
    }
}
