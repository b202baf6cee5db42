package multimodal.gateway.workflow;

import java.time.Duration;

/**
 * How often a node that is safe to repeat is tried while its service cannot be reached.
 *
 * @param maxAttempts tries in all, 1 or more
 * @param initialDelay wait before the second try; doubles with each further one
 */
public record RetryPolicy(int maxAttempts, Duration initialDelay) {
    /** The wait after try number {@code attempt} (from 1). */
    Duration delayAfter(int attempt) {
        return initialDelay.multipliedBy(1L << (attempt - 1));
    }
}
