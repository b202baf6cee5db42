package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.function.LongSupplier;

/** How many requests use a loaded model, and since when none has. Thread-safe. */
final class Usage {

    private final LongSupplier clockNanos;
    private int count;
    private long lastUsedNanos;

    Usage(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.lastUsedNanos = clockNanos.getAsLong();
    }

    synchronized void begin() {
        count++;
    }

    synchronized void end() {
        count--;
        lastUsedNanos = clockNanos.getAsLong();
        notifyAll();
    }

    synchronized int count() {
        return count;
    }

    /** The time since the last use ended, or since it was loaded; zero while it is in use. */
    synchronized Duration idle() {
        return count > 0 ? Duration.ZERO : Duration.ofNanos(clockNanos.getAsLong() - lastUsedNanos);
    }

    /** Waits until nobody uses it, at most {@code timeout}. */
    synchronized void awaitNone(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (long left = timeout.toNanos(); count > 0 && left > 0; left = end - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }
}
