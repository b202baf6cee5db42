package multimodal.gateway.workflow;

import java.time.Duration;
import java.util.function.LongSupplier;
import multimodal.common.rpc.BusyException;
import multimodal.common.rpc.CallTimes;

/** What all runs together may cost at a time, and one of them. */
public final class CostBudget {
    private final long maxRunCost;
    private final long maxRunningCost;
    private final LongSupplier clockNanos;
    private final CallTimes times = new CallTimes();
    private long runningCost;

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
        // Runs go on side by side: in the time of one, all that runs now becomes free.
        return times.retryDelay((double) missing / Math.max(1, runningCost));
    }

    private synchronized void release(long cost, long startNanos) {
        runningCost -= cost;
        times.observe(clockNanos.getAsLong() - startNanos);
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
