package multimodal.inference.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;

/**
 * The door of a model: hands out permits up to a budget in cost units and refuses the rest at once, with the time after
 * which there will be room. Requests share the engine in turns, and that is how times are foreseen. Thread-safe.
 */
public final class Admission {

    private static final Duration LEAST_DELAY = Duration.ofMillis(50);
    private static final Duration MOST_DELAY = Duration.ofMinutes(1);
    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);

    private final ModelId model;
    private final long budget;
    private final StepTimeEstimate estimate;
    private final AdmissionListener listener;
    private final List<WorkPermit> permits = new ArrayList<>();
    private boolean stopped;

    /**
     * An open door.
     *
     * @param budget cost units that may be admitted at the same time, at least 1; a request that costs more is admitted
     *     when it is alone
     */
    public Admission(ModelId model, long budget, StepTimeEstimate estimate, AdmissionListener listener) {
        if (budget < 1) {
            throw new IllegalArgumentException("budget: " + budget + " (expected: at least 1)");
        }
        this.model = model;
        this.budget = budget;
        this.estimate = estimate;
        this.listener = listener;
    }

    /**
     * Takes a permit, or refuses at once.
     *
     * @param cost units of work, at least 1
     * @throws InferenceException {@code OVERLOADED} with the delay after which there should be room, {@code
     *     DEADLINE_EXCEEDED} if the work would end after the deadline, {@code CANCELLED}, {@code UNAVAILABLE} after
     *     {@link #stop}
     */
    public WorkPermit admit(RequestContext context, long cost) {
        if (cost < 1) {
            throw new IllegalArgumentException("cost: " + cost + " (expected: at least 1)");
        }
        try {
            WorkPermit permit = take(context, cost);
            listener.admitted(model, cost);
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
        if (permit.doneUnits() > 0) {
            estimate.observe(permit.engineShare(), permit.doneUnits());
        }
        listener.released(model, permit.cost());
    }

    private synchronized WorkPermit take(RequestContext context, long cost) {
        context.checkLive();
        if (stopped) {
            throw new InferenceException(ErrorKind.UNAVAILABLE, model + ": the model drains");
        }
        long admitted = permits.stream().mapToLong(WorkPermit::cost).sum();
        if (!permits.isEmpty() && admitted + cost > budget) {
            throw InferenceException.overloaded(
                    "%s: %d of %d units of work are taken".formatted(model, admitted, budget), untilRoomFor(cost));
        }
        checkDeadline(context, cost);
        WorkPermit permit = new WorkPermit(this, context, cost);
        permits.add(permit);
        return permit;
    }

    /** Simulates the permits taking turns until those that are done have made room. */
    private Duration untilRoomFor(long cost) {
        List<WorkPermit> shortestFirst = permits.stream()
                .sorted(Comparator.comparingLong(WorkPermit::remainingUnits))
                .toList();
        long free = budget - permits.stream().mapToLong(WorkPermit::cost).sum();
        double units = 0;
        long turns = 0;
        for (int done = 0; done < shortestFirst.size() && free < cost; done++) {
            WorkPermit next = shortestFirst.get(done);
            units += (double) (next.remainingUnits() - turns) * (shortestFirst.size() - done);
            turns = next.remainingUnits();
            free += next.cost();
        }
        return clamp(estimate.timeFor(units).orElse(UNKNOWN_DELAY));
    }

    private void checkDeadline(RequestContext context, long cost) {
        double before = permits.stream()
                .mapToDouble(permit -> Math.min(permit.remainingUnits(), cost))
                .sum();
        Optional<Duration> needed = estimate.timeFor(before + cost);
        Optional<Duration> left = context.timeLeft();
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
