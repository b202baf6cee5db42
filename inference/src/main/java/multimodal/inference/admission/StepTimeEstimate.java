package multimodal.inference.admission;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long the work of a model takes on this device. The table of calibration says how much cheaper rows get in company, and
 * how many rows a prompt weighs; what requests have really taken, beside what the table says of them, corrects it.
 * Thread-safe.
 */
public final class StepTimeEstimate {

    /** What is left of a measurement after the next: about ten requests make the old ones forgotten. */
    private static final double REMEMBERED = 0.8;

    private final Map<String, Artifact> artifacts = new HashMap<>();

    /** Takes the table of an artifact. */
    public synchronized void calibrate(String artifact, RowTimes times) {
        artifacts.put(artifact, new Artifact(times));
    }

    /**
     * Takes a measurement of real work.
     *
     * @param artifact whose calls were counted
     * @param engine the engine time of the work alone, its share of shared calls
     * @param units of work that it paid for, at least 1
     * @param company rows in its calls, its own among them
     */
    public synchronized void observe(String artifact, Duration engine, double units, int company) {
        find(artifact).ifPresent(known -> known.observe(engine.toNanos(), units, company));
    }

    /** The time of {@code units} that run in {@code company}, in nanoseconds; empty before anything is known. */
    synchronized Optional<Double> nanosFor(String artifact, double units, int company) {
        return find(artifact).map(known -> known.nanosPerUnit(company) * units);
    }

    /** What a prompt of so many ids weighs, in units; 1 before anything is known. */
    synchronized double promptUnits(String artifact, int tokens) {
        return find(artifact).map(known -> known.times.promptUnits(tokens)).orElse(1.0);
    }

    /** Rows that one call of the artifact takes at the most; 1 before anything is known. */
    synchronized int maxRows(String artifact) {
        return find(artifact).map(known -> known.times.maxRows()).orElse(1);
    }

    private Optional<Artifact> find(String artifact) {
        return Optional.ofNullable(artifacts.get(artifact));
    }

    private static final class Artifact {

        private final RowTimes times;
        private double measuredNanos;
        private double expectedNanos;

        Artifact(RowTimes times) {
            this.times = times;
        }

        void observe(double nanos, double units, int company) {
            measuredNanos = measuredNanos * REMEMBERED + nanos;
            expectedNanos = expectedNanos * REMEMBERED + units * times.nanosPerRow(company);
        }

        double nanosPerUnit(int company) {
            double correction = expectedNanos > 0 ? measuredNanos / expectedNanos : 1;
            return times.nanosPerRow(company) * correction;
        }
    }
}
