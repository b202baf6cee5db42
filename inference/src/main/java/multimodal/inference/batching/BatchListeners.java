package multimodal.inference.batching;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import multimodal.inference.error.ErrorKind;

/** Several listeners as one. */
record BatchListeners(List<BatchListener> listeners) implements BatchListener {

    BatchListeners {
        listeners = List.copyOf(listeners);
    }

    @Override
    public void calibrated(BatchKey key, SortedMap<Integer, Duration> callTimes, BatchPolicy policy) {
        listeners.forEach(listener -> listener.calibrated(key, callTimes, policy));
    }

    @Override
    public void queued(BatchKey key, int rows) {
        listeners.forEach(listener -> listener.queued(key, rows));
    }

    @Override
    public void left(BatchKey key, int rows) {
        listeners.forEach(listener -> listener.left(key, rows));
    }

    @Override
    public void formed(BatchEvent batch) {
        listeners.forEach(listener -> listener.formed(batch));
    }

    @Override
    public void finished(BatchEvent batch, Duration engine, Optional<Throwable> failure) {
        listeners.forEach(listener -> listener.finished(batch, engine, failure));
    }

    @Override
    public void refused(BatchKey key, ErrorKind reason) {
        listeners.forEach(listener -> listener.refused(key, reason));
    }
}
