package multimodal.inference.batching;

import java.time.Duration;
import multimodal.inference.engine.Graph;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** What the batchers have in common: one thread that owns an assembly of entries and calls the graph. */
abstract class Batcher<A extends Assembly> implements AutoCloseable {

    /** Only the thread touches it. */
    final A assembly;

    final BatchPolicy policy;
    private final BatchKey key;
    private final BatchListener listener;
    private final EngineCall call;
    private final BatchThread thread;

    /** Starts the thread; the graph belongs to it until {@link #close} has returned. */
    Batcher(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener, A assembly) {
        this.assembly = assembly;
        this.policy = policy;
        this.key = key;
        this.listener = listener;
        this.call = new EngineCall(key, graph, policy, listener);
        this.thread = new BatchThread(key.toString(), assembly, call);
    }

    /** Waits for the call that runs, and ends all that waits with {@code UNAVAILABLE}. Idempotent. */
    @Override
    public final void close() {
        thread.close();
    }

    /** As {@link BatchThread#send}. */
    final void send(Runnable message) {
        thread.send(message);
    }

    /** As {@link #send}, with rows that begin to wait. */
    final void send(int rows, Runnable message) {
        thread.send(message);
        listener.queued(key, rows);
    }

    /** The refusal of a request, for there will only be room after {@code calls} calls more. */
    final InferenceException overloaded(String found, int calls) {
        listener.refused(key, ErrorKind.OVERLOADED);
        return InferenceException.overloaded(key + ": " + found, Duration.ofNanos(call.lastNanos() * calls));
    }
}
