package multimodal.image.rpc;

import java.time.Duration;
import java.util.function.LongSupplier;
import multimodal.image.pipeline.ImageProgress;

/**
 * Chooses the steps of one call that its client is told of: the first, the last, those with previews, and of the others as
 * many as an eye follows. A message for each step would cost service, gateway and client more than all else that serving
 * costs. Not thread-safe.
 */
final class ProgressPace {

    /** Between a message and the next that is sent for no other reason than that a step is done. */
    static final Duration INTERVAL = Duration.ofMillis(100);

    private final LongSupplier clockNanos;
    private long nextNanos;

    /** @param clockNanos {@link System#nanoTime} but in tests */
    ProgressPace(LongSupplier clockNanos) {
        this.clockNanos = clockNanos;
        this.nextNanos = clockNanos.getAsLong();
    }

    /** Whether the client is told of a step; it then counts as told. */
    boolean isDue(ImageProgress progress) {
        long now = clockNanos.getAsLong();
        boolean isLast = progress.step() == progress.stepCount();
        boolean isDue = isLast || !progress.previews().isEmpty() || now - nextNanos >= 0;
        if (isDue) {
            nextNanos = now + INTERVAL.toNanos();
        }
        return isDue;
    }
}
