package multimodal.gateway.workflow;

import java.time.Duration;

/**
 * How often a node that is safe to repeat is tried.
 *
 * @param maxAttempts tries in all while its service cannot be reached, 1 or more
 * @param initialDelay wait before the second of them; doubles with each further one
 * @param maxRefusals times that a full service may send the node away and it comes again after the delay that the service
 *     asks for, 0 or more; only where the run would lose what its other nodes do
 */
public record RetryPolicy(int maxAttempts, Duration initialDelay, int maxRefusals) {
    /** The wait after failure number {@code failure} (from 1). */
    Duration delayAfter(int failure) {
        return initialDelay.multipliedBy(1L << (failure - 1));
    }
}
