package multimodal.inference.testing;

import java.time.Duration;
import java.util.function.LongSupplier;

/** A clock that stands still until the test moves it. Thread-safe. */
public final class ManualTicker implements LongSupplier {

    private long nanos = 1_000_000_000;

    @Override
    public synchronized long getAsLong() {
        return nanos;
    }

    public synchronized void advance(Duration duration) {
        nanos += duration.toNanos();
    }
}
