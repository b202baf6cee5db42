package multimodal.inference.batching;

import java.time.Duration;

/**
 * How the rows of one artifact are put together.
 *
 * @param maxRows rows in one engine call at the most, at least 1; a request with more is split
 * @param isFixed whether every call has exactly {@code maxRows} rows, empty places filled up: for engines whose results
 *     depend on the batch size in the last bits
 * @param maxDelay how long the first row of a {@link DynamicBatcher} waits for company; zero takes what is there
 * @param maxWait how long a {@link StepBatcher} waits for open rows that have not come back with their next step, from
 *     the first that has; zero never waits
 * @param maxQueued rows that may wait or run in a {@link DynamicBatcher}, and requests that may be open in a {@link StepBatcher}
 * @param callsAtOnce engine calls that may run side by side, at least 1; what waits is shared out among those that are free
 */
public record BatchPolicy(
        int maxRows, boolean isFixed, Duration maxDelay, Duration maxWait, int maxQueued, int callsAtOnce) {

    public BatchPolicy {
        require(maxRows >= 1, "maxRows", maxRows, "at least 1");
        require(!maxDelay.isNegative(), "maxDelay", maxDelay, "0 or more");
        require(!maxWait.isNegative(), "maxWait", maxWait, "0 or more");
        require(maxQueued >= 1, "maxQueued", maxQueued, "at least 1");
        require(callsAtOnce >= 1, "callsAtOnce", callsAtOnce, "at least 1");
    }

    private static void require(boolean holds, String name, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(name, value, expected));
        }
    }
}
