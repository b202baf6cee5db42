package multimodal.inference.admission;

import java.time.Duration;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.StageTimings;

/** The right to work, taken before any allocation of the request's size and carried with the request to its end. */
public interface Permit extends AutoCloseable {

    RequestContext context();

    /** Adds time that the pipeline itself spent on decoding or encoding results. */
    void addPostprocess(Duration duration);

    /** Tells that the caller can have a part of the result now. The first call for each kind counts. */
    void firstOutput(FirstOutput kind);

    /** The stages so far. */
    StageTimings timings();

    /** Gives the cost back and lets the next one in. Idempotent. */
    @Override
    void close();
}
