package multimodal.inference.batching;

import java.util.Map;
import multimodal.inference.tensor.Tensor;

/**
 * One request's place in a step batch. The pipeline that opened it calls {@link #step} in its own loop; the
 * {@code StepBatcher} puts the steps of all open rows into one engine call. Not thread-safe: one pipeline thread uses it.
 */
public interface Row extends AutoCloseable {

    /**
     * Runs one step and waits for it.
     *
     * @param phase tells it apart in metrics and spans, and from rows that it shares no call with
     * @param inputs by name, each with the same first extent: the slots this request takes in the call (2 with
     *     classifier-free guidance, 1 without; may change from step to step)
     * @return outputs by name, first extent as in {@code inputs}; equal to what the request alone would get
     * @throws multimodal.inference.error.InferenceException {@code CANCELLED} or {@code DEADLINE_EXCEEDED} when the caller has
     *     gone, {@code UNAVAILABLE} when the model drains away
     */
    Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs);

    /** As {@link #step(Phase, Map)}, one of {@link Phase#STEP}. */
    default Map<String, Tensor> step(Map<String, Tensor> inputs) {
        return step(Phase.STEP, inputs);
    }

    /** Leaves the batch. Idempotent. */
    @Override
    void close();
}
