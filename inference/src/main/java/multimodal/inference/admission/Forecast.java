package multimodal.inference.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How the work of permits goes on from one moment. Where everybody's rows fit into each call of a network they run side by
 * side; otherwise, and where they use different networks, they take turns on the device.
 */
final class Forecast {

    private final StepTimeEstimate estimate;
    private final List<WorkPermit> permits;
    /** By artifact: the rows whose work is not done. */
    private final Map<String, Integer> company;

    /** Of these permits and no others. */
    Forecast(StepTimeEstimate estimate, List<WorkPermit> permits) {
        this.estimate = estimate;
        this.permits = permits;
        this.company = company(permits);
    }

    /** A permit, and when its work is done, counted from now. */
    record End(WorkPermit permit, Duration after) {}

    /** All permits in the order in which they end when they take turns; empty if no time is known of any. */
    Optional<List<End>> ends() {
        record Remaining(WorkPermit permit, double nanos) {}
        List<Remaining> shortestFirst = new ArrayList<>();
        boolean isAnyKnown = false;
        for (WorkPermit permit : permits) {
            Optional<Double> nanos = nanosOf(permit, permit::remaining);
            isAnyKnown |= nanos.isPresent();
            shortestFirst.add(new Remaining(permit, nanos.orElse(0.0)));
        }
        shortestFirst.sort(Comparator.comparingDouble(Remaining::nanos));
        List<End> ends = new ArrayList<>();
        double passed = 0;
        double turns = 0;
        for (Remaining next : shortestFirst) {
            passed += (next.nanos() - turns) * (shortestFirst.size() - ends.size());
            turns = next.nanos();
            ends.add(new End(next.permit(), Duration.ofNanos((long) passed)));
        }
        return isAnyKnown ? Optional.of(ends) : Optional.empty();
    }

    /** When the work of one of the permits, which has not begun, is done; empty if its time is not known. */
    Optional<Duration> endOf(WorkPermit permit) {
        return nanosOf(permit, NetworkWork::units).map(own -> {
            double others = permits.stream()
                    .filter(other -> other != permit)
                    .mapToDouble(other -> nanosBefore(permit, own, other))
                    .sum();
            return Duration.ofNanos((long) (own + others));
        });
    }

    /** The engine time of work that has not begun, in the company of now; empty if it is not known. */
    Optional<Double> nanosOf(WorkPermit permit) {
        return nanosOf(permit, NetworkWork::units);
    }

    /** The engine time that goes to {@code other} until the work of {@code permit}, which needs {@code own}, is done. */
    private double nanosBefore(WorkPermit permit, double own, WorkPermit other) {
        double beside = 0;
        double inTurns = 0;
        for (NetworkWork work : other.networks()) {
            double left = other.remaining(work);
            double besides = unitsBeside(permit, work);
            if (besides > 0) {
                beside += nanos(work, Math.min(left, besides)).orElse(0.0);
            } else {
                inTurns += nanos(work, left).orElse(0.0);
            }
        }
        return beside + Math.min(inTurns, own);
    }

    /** Units of {@code work} in the calls of {@code permit}; 0 if they do not share any. */
    private double unitsBeside(WorkPermit permit, NetworkWork work) {
        String artifact = work.part().artifact();
        if (company(artifact) > estimate.maxRows(artifact)) {
            return 0;
        }
        return permit.networks().stream()
                .map(NetworkWork::part)
                .filter(part -> part.artifact().equals(artifact))
                .mapToDouble(
                        part -> part.calls() * work.part().rows() * work.part().unitsPerRow())
                .sum();
    }

    private Optional<Double> nanosOf(WorkPermit permit, ToDoubleFunction<NetworkWork> units) {
        return permit.networks().stream()
                .flatMap(work -> nanos(work, units.applyAsDouble(work)).stream())
                .reduce(Double::sum);
    }

    private Optional<Double> nanos(NetworkWork work, double units) {
        String artifact = work.part().artifact();
        return estimate.nanosFor(artifact, units, company(artifact));
    }

    /** Rows that share the calls of a network now, at least 1. */
    private int company(String artifact) {
        return Math.max(1, company.getOrDefault(artifact, 0));
    }

    private static Map<String, Integer> company(List<WorkPermit> permits) {
        Map<String, Integer> rows = new HashMap<>();
        for (WorkPermit permit : permits) {
            for (NetworkWork work : permit.networks()) {
                if (permit.remaining(work) > 0) {
                    rows.merge(work.part().artifact(), work.part().rows(), Integer::sum);
                }
            }
        }
        return rows;
    }
}
