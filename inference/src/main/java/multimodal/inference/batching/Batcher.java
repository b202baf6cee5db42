package multimodal.inference.batching;

import java.time.Duration;
import multimodal.inference.engine.Graph;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** What the batchers have in common: an assembly of entries, and the threads that call the graph with them. */
abstract class Batcher<A extends Assembly> implements AutoCloseable {

    /** Only touched within {@link #change}. */
    final A assembly;

    final BatchPolicy policy;
    private final BatchKey key;
    private final BatchListener listener;
    private final EngineCall call;
    private final BatchThreads threads;

    /** Starts the threads; the graph belongs to it until {@link #close} has returned. */
    Batcher(BatchKey key, Graph graph, BatchPolicy policy, BatchListener listener, A assembly) {
        this.assembly = assembly;
        this.policy = policy;
        this.key = key;
        this.listener = listener;
        this.call = new EngineCall(key, graph, policy, listener);
        this.threads = new BatchThreads(key.toString(), policy.callsAtOnce(), assembly, call);
    }

    /** Waits for the calls that run, and ends all that waits with {@code UNAVAILABLE}. Idempotent. */
    @Override
    public final void close() {
        threads.close();
    }

    /** As {@link BatchThreads#change}. */
    final void change(Runnable change) {
        threads.change(change);
    }

    /** As {@link #change}, with rows that begin to wait. */
    final void change(int rows, Runnable change) {
        threads.change(change);
        listener.queued(key, rows);
    }

    /** The refusal of a request, for there will only be room after {@code calls} calls more. */
    final InferenceException overloaded(String found, int calls) {
        listener.refused(key, ErrorKind.OVERLOADED);
        return InferenceException.overloaded(key + ": " + found, Duration.ofNanos(call.lastNanos() * calls));
    }
}
