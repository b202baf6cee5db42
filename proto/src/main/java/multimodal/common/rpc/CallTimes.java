package multimodal.common.rpc;

import java.time.Duration;

/** What calls have taken so far, and from that how long one that is refused should stay away. Thread-safe. */
public final class CallTimes {
    /** The share of each call in the mean; about ten calls make the old ones forgotten. */
    private static final double WEIGHT = 0.2;

    private static final Duration LEAST_DELAY = Duration.ofMillis(50);
    private static final Duration MOST_DELAY = Duration.ofMinutes(1);
    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);

    private double meanNanos = Double.NaN;

    /** Takes in that a call took {@code nanos}. */
    public synchronized void observe(double nanos) {
        meanNanos = Double.isNaN(meanNanos) ? nanos : meanNanos + WEIGHT * (nanos - meanNanos);
    }

    /** The time that {@code calls} of the mean length take one after the other, within 50 ms to a minute; 1 s before any has ended. */
    public synchronized Duration retryDelay(double calls) {
        if (Double.isNaN(meanNanos)) {
            return UNKNOWN_DELAY;
        }
        double nanos = meanNanos * calls;
        return Duration.ofNanos((long) Math.min(Math.max(nanos, LEAST_DELAY.toNanos()), MOST_DELAY.toNanos()));
    }
}
