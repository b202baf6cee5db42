package multimodal.inference.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;

/**
 * The door of a model: hands out permits up to a budget in cost units and refuses the rest at once, with the time after
 * which there will be room. Requests share the engine in turns, and that is how times are foreseen. Thread-safe.
 *
 * <p>A caller who holds permits gets more only as long as all that it then holds is at most four times what stays free
 * (dynamic thresholds, Choudhury and Hahne 1998). So one caller alone fills four fifths and leaves the rest to newcomers, two
 * greedy ones end at four ninths each, and a caller who holds nothing is refused by the budget alone.
 *
 * <p>Who is refused is told when to come back, each after those who were told before, and room is kept for as many as do come
 * back: newcomers do not take it, unless it is kept for a caller who holds a quarter of the budget, and more than theirs.
 */
public final class Admission {

    /** How many times the free budget one caller may hold. */
    private static final long CALLER_SHARE = 4;

    /** No more than this part of the budget is kept free, so that the device has work whoever comes back. */
    private static final long MOST_KEPT_PART = 2;

    /** Who holds more than this part of the budget finds no room kept from callers who hold less. */
    private static final long MUCH_PART = 4;

    private static final Duration LEAST_DELAY = Duration.ofMillis(50);
    private static final Duration MOST_DELAY = Duration.ofMinutes(1);
    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);

    private final ModelId model;
    private final long budget;
    private final StepTimeEstimate estimate;
    private final AdmissionListener listener;
    private final LongSupplier clockNanos;
    private final List<WorkPermit> permits = new ArrayList<>();
    private final Promises promises = new Promises();
    private boolean stopped;

    /**
     * An open door.
     *
     * @param budget cost units that may be admitted at the same time, at least 1; a request that costs more is admitted
     *     when it is alone
     * @param clockNanos by which those who are told to come back are expected, {@link System#nanoTime} but in tests
     */
    public Admission(
            ModelId model,
            long budget,
            StepTimeEstimate estimate,
            AdmissionListener listener,
            LongSupplier clockNanos) {
        if (budget < 1) {
            throw new IllegalArgumentException("budget: " + budget + " (expected: at least 1)");
        }
        this.model = model;
        this.budget = budget;
        this.estimate = estimate;
        this.listener = listener;
        this.clockNanos = clockNanos;
    }

    /**
     * Takes a permit, or refuses at once.
     *
     * @throws InferenceException {@code OVERLOADED} with the delay after which there should be room, {@code
     *     DEADLINE_EXCEEDED} if the work would end after the deadline, {@code CANCELLED}, {@code UNAVAILABLE} after
     *     {@link #stop}
     */
    public WorkPermit admit(RequestContext context, Cost cost) {
        try {
            WorkPermit permit = take(context, cost);
            listener.admitted(model, permit.units());
            return permit;
        } catch (InferenceException e) {
            listener.refused(model, e.kind());
            throw e;
        }
    }

    /** Refuses everything from now on; permits that are out stay good. */
    public synchronized void stop() {
        stopped = true;
    }

    /**
     * Waits until every permit has been given back.
     *
     * @return false if that took longer than {@code timeout}
     */
    public synchronized boolean awaitIdle(Duration timeout) throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        for (long left = timeout.toNanos(); !permits.isEmpty() && left > 0; left = end - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
        return permits.isEmpty();
    }

    void release(WorkPermit permit) {
        synchronized (this) {
            permits.remove(permit);
            notifyAll();
        }
        permit.teach(estimate);
        listener.released(model, permit.units());
    }

    void firstOutput(FirstOutput kind, Duration sinceAdmission) {
        listener.firstOutput(model, kind, sinceAdmission);
    }

    private synchronized WorkPermit take(RequestContext context, Cost cost) {
        context.checkLive();
        if (stopped) {
            throw new InferenceException(ErrorKind.UNAVAILABLE, model + ": the model drains");
        }
        WorkPermit permit = new WorkPermit(this, context, weighed(cost));
        checkRoom(permit, promises.turnOf(context.caller(), permit.units(), clockNanos.getAsLong()));
        checkDeadline(permit);
        permits.add(permit);
        return permit;
    }

    /** Refuses who finds no room. */
    private void checkRoom(WorkPermit permit, Promises.Turn turn) {
        long expected = expectedBefore(turn, permit.context().caller());
        long units = permit.units();
        long free = budget - unitsOf(permits);
        long own = unitsOf(ofCaller(permit.context().caller()));
        long kept = Math.min(expected, budget / MOST_KEPT_PART);
        if (!permits.isEmpty() && units > free - kept) {
            throw refusal(
                    permit,
                    turn,
                    expected,
                    "%s: %d of %d units of work are taken, and %d kept for those who come back"
                            .formatted(model, budget - free, budget, kept));
        }
        if (!hasRoom(own, free, units)) {
            throw refusal(
                    permit,
                    turn,
                    expected,
                    "%s: %d units of work are this caller's, and %d of %d are left for all"
                            .formatted(model, own, free, budget));
        }
    }

    private InferenceException refusal(WorkPermit permit, Promises.Turn turn, long expected, String reason) {
        Duration delay = untilRoomFor(permit, expected);
        promises.add(permit.context().caller(), permit.units(), turn, clockNanos.getAsLong(), delay);
        return InferenceException.overloaded(reason, delay);
    }

    /** Units that are expected back before a turn, of callers who hold little, or no more than {@code caller}. */
    private long expectedBefore(Promises.Turn turn, String caller) {
        Map<String, Long> held = new HashMap<>();
        permits.forEach(permit -> held.merge(permit.context().caller(), permit.units(), Long::sum));
        held.remove("");
        long most = Math.max(held.getOrDefault(caller, 0L), budget / MUCH_PART);
        return promises.expectedUnits(turn, other -> held.getOrDefault(other, 0L) <= most);
    }

    private List<NetworkWork> weighed(Cost cost) {
        return cost.parts().stream()
                .map(part -> new NetworkWork(part, estimate.promptUnits(part.artifact(), part.promptTokens())))
                .toList();
    }

    /** Whether a caller who holds {@code own} units gets more; one who holds none may take more than there is. */
    private static boolean hasRoom(long own, long free, long units) {
        return own == 0 || own + units <= CALLER_SHARE * (free - units);
    }

    /** The permits of a caller; of one who is not known none. */
    private List<WorkPermit> ofCaller(String caller) {
        return permits.stream()
                .filter(permit -> !caller.isEmpty() && permit.context().caller().equals(caller))
                .toList();
    }

    private static long unitsOf(List<WorkPermit> permits) {
        return permits.stream().mapToLong(WorkPermit::units).sum();
    }

    /** Until those who are done have made room for it and, before it, for {@code expected} units of others. */
    private Duration untilRoomFor(WorkPermit refused, long expected) {
        Forecast forecast = new Forecast(estimate, permits);
        Optional<List<Forecast.End>> ends = forecast.ends();
        if (ends.isEmpty()) {
            return UNKNOWN_DELAY;
        }
        List<WorkPermit> ofCaller = ofCaller(refused.context().caller());
        long units = refused.units();
        long needed = Math.min(units, budget) + expected;
        long free = budget - unitsOf(permits);
        long own = unitsOf(ofCaller);
        Duration delay = Duration.ZERO;
        for (Forecast.End end : ends.get()) {
            if (free >= needed && hasRoom(own, free, units)) {
                break;
            }
            free += end.permit().units();
            own -= ofCaller.contains(end.permit()) ? end.permit().units() : 0;
            delay = end.after();
        }
        // What does not fit in even then is done at the same pace.
        double beyond = Math.max(0, needed - free) / (double) units;
        double pace = forecast.nanosOf(refused).orElse(0.0);
        return clamp(delay.plusNanos((long) (beyond * pace)));
    }

    private void checkDeadline(WorkPermit permit) {
        List<WorkPermit> all = new ArrayList<>(permits);
        all.add(permit);
        Optional<Duration> needed = new Forecast(estimate, all).endOf(permit);
        Optional<Duration> left = permit.context().timeLeft();
        if (needed.isPresent() && left.isPresent() && needed.get().compareTo(left.get()) > 0) {
            throw new InferenceException(
                    ErrorKind.DEADLINE_EXCEEDED,
                    "%s: the work takes about %d ms, the deadline is in %d ms"
                            .formatted(
                                    model, needed.get().toMillis(), left.get().toMillis()));
        }
    }

    private static Duration clamp(Duration delay) {
        if (delay.compareTo(LEAST_DELAY) < 0) {
            return LEAST_DELAY;
        }
        return delay.compareTo(MOST_DELAY) > 0 ? MOST_DELAY : delay;
    }
}
