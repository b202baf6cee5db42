package multimodal.gateway.workflow;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Tells everything that runs for a workflow to stop. */
public final class Cancellation {
    private final List<Runnable> handlers = new ArrayList<>();
    private boolean cancelled;

    /** Stops everything; without effect the second time. */
    public void cancel() {
        List<Runnable> toRun;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            toRun = List.copyOf(handlers);
            notifyAll();
        }
        toRun.forEach(Runnable::run);
    }

    /** Whether {@link #cancel} was called. */
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Runs {@code handler} on cancel; at once if that has happened. Closing the registration takes it back. */
    public Registration onCancel(Runnable handler) {
        synchronized (this) {
            if (!cancelled) {
                handlers.add(handler);
                return () -> remove(handler);
            }
        }
        handler.run();
        return () -> {};
    }

    /** Waits for {@code delay}; returns true at once when cancelled, also while waiting. */
    synchronized boolean await(Duration delay) {
        long end = System.nanoTime() + delay.toNanos();
        while (!cancelled) {
            long leftMillis = (end - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                return false;
            }
            try {
                wait(leftMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return true;
    }

    private synchronized void remove(Runnable handler) {
        handlers.remove(handler);
    }

    /** A handler that waits for the cancel. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
