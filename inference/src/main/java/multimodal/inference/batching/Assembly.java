package multimodal.inference.batching;

import java.util.List;
import multimodal.inference.error.InferenceException;

/** What waits for its batch, and when that batch is due. Only touched under the lock of {@link BatchThreads}. */
interface Assembly {

    /** Nanoseconds until a batch is due: 0 or less for now, {@link Long#MAX_VALUE} while nothing waits. */
    long nanosUntilDue(long nowNanos);

    /**
     * Takes the entries of the next batch out; empty if all that waited were dead.
     *
     * @param calls that could begin now, this one included: each should have its share of what waits
     */
    List<Entry> take(int calls);

    /** Whether nothing waits. */
    boolean isEmpty();

    /** Ends all that waits. */
    void fail(InferenceException reason);
}
