package multimodal.inference.lifecycle;

import java.time.Duration;

/**
 * How a process serves its models; the configuration in the terms of this library.
 *
 * @param maxRows rows in one engine call at the most, whatever manifests allow; at least 1
 * @param fixedRows rows of each call of an engine whose results depend on the batch size; at least 1
 * @param maxDelay see {@code BatchPolicy}
 * @param maxWait see {@code BatchPolicy}
 * @param maxQueued see {@code BatchPolicy}
 * @param budget cost units that each model admits at the same time, at least 1
 */
public record ModelSettings(
        int maxRows, int fixedRows, Duration maxDelay, Duration maxWait, int maxQueued, long budget) {}
