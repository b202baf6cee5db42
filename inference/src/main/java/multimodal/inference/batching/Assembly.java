package multimodal.inference.batching;

import java.util.List;
import multimodal.inference.error.InferenceException;

/** What waits for its batch, and when that batch is due. Only the batcher's thread touches it. */
interface Assembly {

    /** Nanoseconds until a batch is due: 0 or less for now, {@link Long#MAX_VALUE} while nothing waits. */
    long nanosUntilDue(long nowNanos);

    /** Takes the entries of the next batch out; empty if all that waited were dead. */
    List<Entry> take();

    /** Ends all that waits. */
    void fail(InferenceException reason);
}
