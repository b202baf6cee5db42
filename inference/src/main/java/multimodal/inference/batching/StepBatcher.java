package multimodal.inference.batching;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import multimodal.inference.engine.Graph;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * Puts the steps of loops together (denoising, token decoding): rows join and leave between two engine calls, each with its
 * own number of steps. A call starts when every open row whose caller still waits has come with its next step, when the
 * call is full, or {@link BatchPolicy#maxWait} after the first has come; so a row that is busy with a preview holds nobody
 * up. When there are more rows than places they take turns. Thread-safe.
 */
public final class StepBatcher implements AutoCloseable {

    private final BatchKey key;
    private final BatchPolicy policy;
    private final BatchListener listener;
    private final StepAssembly assembly;
    private final EngineCall call;
    private final BatchThread thread;
    private final AtomicInteger openRows = new AtomicInteger();

    /** Starts the batcher's thread; the graph belongs to it until {@link #close} has returned. */
    public StepBatcher(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener) {
        this.key = key;
        this.policy = policy;
        this.listener = listener;
        this.assembly = new StepAssembly(policy.maxRows(), policy.maxWait(), key, listener);
        this.call = new EngineCall(key, graph, policy, listener);
        this.thread = new BatchThread(key.toString(), assembly, call);
    }

    /**
     * Opens a row.
     *
     * @param onDone hears after each step what it took
     * @throws InferenceException {@code OVERLOADED} when too many rows are open, {@code UNAVAILABLE} after {@link #close}
     */
    public Row open(RequestContext context, Consumer<Work> onDone) {
        if (openRows.incrementAndGet() > policy.maxQueued()) {
            openRows.decrementAndGet();
            listener.refused(key, ErrorKind.OVERLOADED);
            throw InferenceException.overloaded(
                    key + ": " + policy.maxQueued() + " rows are open", Duration.ofNanos(call.lastNanos()));
        }
        StepRow row = new StepRow(this, context, onDone);
        try {
            thread.send(() -> assembly.open(row));
        } catch (InferenceException e) {
            openRows.decrementAndGet();
            throw e;
        }
        return row;
    }

    /** Waits for the call that runs, and ends the steps of all rows with {@code UNAVAILABLE}. Idempotent. */
    @Override
    public void close() {
        thread.close();
    }

    int maxRows() {
        return policy.maxRows();
    }

    void submit(StepRow row, Submission submission) {
        thread.send(() -> assembly.submit(row, submission));
        listener.queued(key, submission.rows());
    }

    void leave(StepRow row) {
        openRows.decrementAndGet();
        try {
            thread.send(() -> assembly.close(row));
        } catch (InferenceException e) {
            // The batcher is closed already and has forgotten the row.
        }
    }
}
