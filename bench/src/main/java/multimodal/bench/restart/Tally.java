package multimodal.bench.restart;

import io.grpc.Status;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What came of the calls. Thread-safe. */
final class Tally {

    private static final int FAILURES_KEPT = 10;

    private final Map<MixedCalls.Kind, Integer> made = new EnumMap<>(MixedCalls.Kind.class);
    private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
    private final List<String> failures = new ArrayList<>();
    private int failed;

    synchronized void add(MixedCalls.Kind kind, Outcome outcome) {
        made.merge(kind, 1, Integer::sum);
        outcomes.merge(outcome, 1, Integer::sum);
        if (outcome != Outcome.DELIVERED) {
            keep(kind, outcome.name());
        }
    }

    synchronized void addFailure(MixedCalls.Kind kind, Status status) {
        made.merge(kind, 1, Integer::sum);
        failed++;
        keep(kind, status.getCode() + ": " + status.getDescription());
    }

    /** Calls that have ended. */
    synchronized int calls() {
        return failed + outcomes.values().stream().mapToInt(Integer::intValue).sum();
    }

    synchronized int failed() {
        return failed;
    }

    synchronized int lost() {
        return outcomes.getOrDefault(Outcome.LOST, 0);
    }

    synchronized int doubled() {
        return outcomes.getOrDefault(Outcome.DOUBLED, 0);
    }

    /** Calls that failed, lost or doubled something. */
    synchronized int wrong() {
        return failed() + lost() + doubled();
    }

    /** The first calls that went wrong, and how. */
    synchronized List<String> failures() {
        return List.copyOf(failures);
    }

    /** One line of JSON; {@code restarts} and {@code seconds} go with it. */
    synchronized String toJson(int restarts, double seconds) {
        String kinds = made.entrySet().stream()
                .map(kind -> "\"%s\": %d".formatted(kind.getKey().name().toLowerCase(Locale.ROOT), kind.getValue()))
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "{\"calls\": %d, \"failed\": %d, \"lost\": %d, \"doubled\": %d, \"restarts\": %d, \"seconds\": %.0f,"
                        + " \"by_kind\": {%s}}",
                calls(),
                failed(),
                lost(),
                doubled(),
                restarts,
                seconds,
                kinds);
    }

    private void keep(MixedCalls.Kind kind, String what) {
        if (failures.size() < FAILURES_KEPT) {
            failures.add(kind + " " + what);
        }
    }
}
