package multimodal.inference.admission;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What those who were refused have been told: when to come back, with how much work. Who comes back then finds room, because
 * it is kept from newcomers. How many come back at all is learnt; until somebody has, nobody is expected. Not thread-safe.
 *
 * <p>A caller who comes back is known by its key and the size of its work. So a newcomer of the same caller with as much work
 * may take the place of the one who was promised it, who is then told again.
 */
final class Promises {

    /** A promise is kept from shortly before its time: clocks tick in steps. */
    private static final long EARLY_NANOS = Duration.ofMillis(10).toNanos();

    private static final long LATE_NANOS = Duration.ofSeconds(2).toNanos();
    /** Who was told to wait for long may be late for longer, by this part of it: some clients add a delay of their own. */
    private static final int LATE_PART = 4;

    /** More are not remembered, so that a flood of refusals costs no memory; who was forgotten comes back as a newcomer. */
    private static final int MOST = 4096;

    /** What is left of one outcome after the next: some fifty are remembered. */
    private static final double REMEMBERED = 0.98;

    /** As if so many had gone away before. */
    private static final double DOUBT = 10;

    /**
     * The place of a request in the line of those who were refused.
     *
     * @param number lower goes first
     * @param hasComeBack whether it has stood there before
     */
    record Turn(long number, boolean hasComeBack) {}

    private record Promise(String caller, long units, Turn turn, long fromNanos, long toNanos) {}

    private final Deque<Promise> open = new ArrayDeque<>();
    private long turns;
    private double kept;
    private double resolved = DOUBT;

    /** Remembers that {@code caller} was told to come back with {@code units} after {@code delay}. */
    void add(String caller, long units, Turn turn, long nowNanos, Duration delay) {
        if (open.size() < MOST) {
            long due = nowNanos + delay.toNanos();
            long patience = LATE_NANOS + delay.toNanos() / LATE_PART;
            open.add(new Promise(caller, units, turn, due - EARLY_NANOS, due + patience));
        }
    }

    /** The turn of one who comes: the one that it was promised, which is spent then, or a new one behind all others. */
    Turn turnOf(String caller, long units, long nowNanos) {
        Optional<Turn> promised = Optional.empty();
        for (Iterator<Promise> rest = open.iterator(); rest.hasNext(); ) {
            Promise promise = rest.next();
            if (promise.toNanos() - nowNanos < 0) {
                rest.remove();
                resolve(promise, 0);
            } else if (promised.isEmpty()
                    && promise.fromNanos() - nowNanos <= 0
                    && promise.units() == units
                    && promise.caller().equals(caller)) {
                rest.remove();
                resolve(promise, 1);
                promised = Optional.of(new Turn(promise.turn().number(), true));
            }
        }
        return promised.orElseGet(() -> new Turn(turns++, false));
    }

    /** Units that those of {@code callers} whose turn is before {@code turn} will come back with, as far as can be expected. */
    long expectedUnits(Turn turn, Predicate<String> callers) {
        double share = kept / resolved;
        return (long) open.stream()
                .filter(promise -> promise.turn().number() < turn.number() && callers.test(promise.caller()))
                .mapToDouble(promise -> promise.units() * (promise.turn().hasComeBack() ? 1 : share))
                .sum();
    }

    /** Learns from those who were told for the first time: who has come back once does so again. */
    private void resolve(Promise promise, int outcome) {
        if (!promise.turn().hasComeBack()) {
            kept = kept * REMEMBERED + outcome;
            resolved = resolved * REMEMBERED + 1;
        }
    }
}
