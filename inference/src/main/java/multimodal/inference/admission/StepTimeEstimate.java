package multimodal.inference.admission;

import java.time.Duration;
import java.util.Optional;

/**
 * How long one unit of work of a model takes on this device: as calibration measured it until the first request has shown it,
 * then as the requests show it (an exponentially weighted mean). Thread-safe.
 */
public final class StepTimeEstimate {

    /** The share of each new measurement; about ten requests make the old ones forgotten. */
    private static final double WEIGHT = 0.2;

    private double nanosPerUnit = Double.NaN;
    private boolean isLearned;

    /** Takes the time of one unit from calibration. */
    public synchronized void calibrate(Duration perUnit) {
        nanosPerUnit = perUnit.toNanos();
    }

    /**
     * Takes a measurement of real work.
     *
     * @param engine the engine time of the work alone, its share of shared calls
     * @param units of work that it paid for, at least 1
     */
    public synchronized void observe(Duration engine, long units) {
        double measured = (double) engine.toNanos() / units;
        nanosPerUnit = isLearned ? nanosPerUnit + WEIGHT * (measured - nanosPerUnit) : measured;
        isLearned = true;
    }

    /** The time of {@code units}; empty before anything is known. */
    public synchronized Optional<Duration> timeFor(double units) {
        return Double.isNaN(nanosPerUnit)
                ? Optional.empty()
                : Optional.of(Duration.ofNanos((long) Math.min(nanosPerUnit * units, Long.MAX_VALUE)));
    }
}
