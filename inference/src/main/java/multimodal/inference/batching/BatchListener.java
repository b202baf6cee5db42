package multimodal.inference.batching;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import multimodal.inference.error.ErrorKind;

/**
 * Hears what the batchers do, for telemetry. Called on the threads of batchers and requests: must be quick, thread-safe and
 * not throw.
 */
public interface BatchListener {

    /** Hears nothing. */
    BatchListener NONE = new BatchListener() {};

    /** An artifact has been timed: how long a call of so many rows takes, and how rows are put together because of it. */
    default void calibrated(BatchKey key, SortedMap<Integer, Duration> callTimes, BatchPolicy policy) {}

    /** Rows have begun to wait. */
    default void queued(BatchKey key, int rows) {}

    /** Rows wait no more: they are in a batch, or dead. Once for all that was {@link #queued}. */
    default void left(BatchKey key, int rows) {}

    /** A batch has been formed; the engine starts. */
    default void formed(BatchEvent batch) {}

    /** The engine has answered or failed. Called once for each {@link #formed}, on the same thread. */
    default void finished(BatchEvent batch, Duration engine, Optional<Throwable> failure) {}

    /** A request was turned away or dropped before it could run. */
    default void refused(BatchKey key, ErrorKind reason) {}

    /** Tells all of {@code listeners}, in order. */
    static BatchListener all(List<BatchListener> listeners) {
        return new BatchListeners(listeners);
    }
}
