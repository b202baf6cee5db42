package multimodal.inference.batching;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * What of its caller a request carries through queue, batch and engine.
 *
 * @param caller fairness key: API key or peer
 * @param deadlineNanos {@link System#nanoTime()} at which the answer is worthless, if the caller set a deadline
 * @param cancelled whether the caller has gone; asked from several threads, must be cheap
 * @param trace parent of the spans of this request
 */
public record RequestContext(String caller, OptionalLong deadlineNanos, BooleanSupplier cancelled, Context trace) {

    /** A context without deadline, caller or trace, for warm-up and tests. */
    public static RequestContext detached() {
        return new RequestContext("", OptionalLong.empty(), () -> false, Context.root());
    }

    /** The time left, empty without a deadline; negative when it has passed. */
    public Optional<Duration> timeLeft() {
        return deadlineNanos.isPresent()
                ? Optional.of(Duration.ofNanos(deadlineNanos.getAsLong() - System.nanoTime()))
                : Optional.empty();
    }

    /** Whether anybody still waits for the answer. Asked while a batch is formed and at every step. */
    public boolean isLive() {
        return !cancelled.getAsBoolean() && !isPastDeadline();
    }

    /**
     * Ends the work of a request whose caller has gone.
     *
     * @throws InferenceException {@code CANCELLED} or {@code DEADLINE_EXCEEDED}
     */
    public void checkLive() {
        if (cancelled.getAsBoolean()) {
            throw new InferenceException(ErrorKind.CANCELLED, "the caller cancelled the request");
        }
        if (isPastDeadline()) {
            throw new InferenceException(
                    ErrorKind.DEADLINE_EXCEEDED, "the deadline passed before the result was ready");
        }
    }

    private boolean isPastDeadline() {
        return deadlineNanos.isPresent() && System.nanoTime() - deadlineNanos.getAsLong() >= 0;
    }
}
