package multimodal.inference.batching;

import java.time.Duration;

/**
 * What one call of a pipeline took.
 *
 * @param phase of the call
 * @param rows that were run
 * @param timings where the time went
 * @param engineShare the engine time of these rows alone: that of each call, divided among its rows
 */
public record Work(Phase phase, int rows, StageTimings timings, Duration engineShare) {

    /** Rows in the calls, the own among them. */
    public int company() {
        return engineShare.isZero()
                ? rows
                : (int) Math.max(rows, (double) rows * timings.engine().toNanos() / engineShare.toNanos());
    }
}
