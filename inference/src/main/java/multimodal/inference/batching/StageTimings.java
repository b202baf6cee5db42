package multimodal.inference.batching;

import java.time.Duration;

/**
 * Where the time of one request went. The same names stand in {@code GenerationInfo}, in the spans and in the metrics.
 *
 * @param queue waiting for a place in a batch
 * @param batch waiting for the batch to form: copying rows together and apart, waiting for the other rows
 * @param engine inside the engine, the whole call even when it was shared
 * @param postprocess decoding and encoding of results on the CPU, outside the engine
 */
public record StageTimings(Duration queue, Duration batch, Duration engine, Duration postprocess) {

    public static final StageTimings ZERO =
            new StageTimings(Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO);

    public StageTimings plus(StageTimings other) {
        return new StageTimings(
                queue.plus(other.queue),
                batch.plus(other.batch),
                engine.plus(other.engine),
                postprocess.plus(other.postprocess));
    }
}
