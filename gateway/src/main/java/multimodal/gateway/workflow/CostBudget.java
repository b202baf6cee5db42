package multimodal.gateway.workflow;

import java.time.Duration;
import java.util.function.LongSupplier;
import multimodal.common.rpc.BusyException;

/** What all runs together may cost at a time, and one of them. */
public final class CostBudget {
    /** The share of each run in the mean; about ten runs make the old ones forgotten. */
    private static final double WEIGHT = 0.2;

    private static final Duration LEAST_DELAY = Duration.ofMillis(50);
    private static final Duration MOST_DELAY = Duration.ofMinutes(1);
    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);

    private final long maxRunCost;
    private final long maxRunningCost;
    private final LongSupplier clockNanos;
    private long runningCost;
    private double meanNanos = Double.NaN;

    /** Runs of at most {@code maxRunCost} each, of at most {@code maxRunningCost} together. */
    public CostBudget(long maxRunCost, long maxRunningCost) {
        this(maxRunCost, maxRunningCost, System::nanoTime);
    }

    CostBudget(long maxRunCost, long maxRunningCost, LongSupplier clockNanos) {
        this.maxRunCost = Math.min(maxRunCost, maxRunningCost);
        this.maxRunningCost = maxRunningCost;
        this.clockNanos = clockNanos;
    }

    /** What one run may cost. */
    public long maxRunCost() {
        return maxRunCost;
    }

    /**
     * Lets a run of {@code cost} in until the permit is closed.
     *
     * @throws BusyException if too much runs; its delay is the time in which there will be room, as far as runs tell so far
     */
    public synchronized Permit admit(long cost) {
        if (runningCost + cost > maxRunningCost) {
            throw new BusyException(
                    "workflows of a cost of %d run, %d more is beyond %d".formatted(runningCost, cost, maxRunningCost),
                    retryDelay(runningCost + cost - maxRunningCost));
        }
        runningCost += cost;
        return new Permit(cost, clockNanos.getAsLong());
    }

    private Duration retryDelay(long missing) {
        if (Double.isNaN(meanNanos)) {
            return UNKNOWN_DELAY;
        }
        // Runs go on side by side: in the time of one, all that runs now becomes free.
        double nanos = meanNanos * missing / Math.max(1, runningCost);
        return Duration.ofNanos((long) Math.min(Math.max(nanos, LEAST_DELAY.toNanos()), MOST_DELAY.toNanos()));
    }

    private synchronized void release(long cost, long startNanos) {
        runningCost -= cost;
        double nanos = clockNanos.getAsLong() - startNanos;
        meanNanos = Double.isNaN(meanNanos) ? nanos : meanNanos + WEIGHT * (nanos - meanNanos);
    }

    /** The share of one run. */
    public final class Permit implements AutoCloseable {
        private final long cost;
        private final long startNanos;

        private Permit(long cost, long startNanos) {
            this.cost = cost;
            this.startNanos = startNanos;
        }

        @Override
        public void close() {
            release(cost, startNanos);
        }
    }
}
