package multimodal.inference.lifecycle;

import java.util.Map;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/**
 * All that a pipeline sees of a loaded model. Whoever has it from {@link ModelRegistry#find} closes it when the request is
 * over; until then the model stays in memory.
 */
public interface ModelHandle extends AutoCloseable {

    ModelManifest manifest();

    /**
     * The engine that runs it, as {@code GenerationInfo} names it: {@code onnxruntime}, {@code pytorch} or {@code
     * tensorrt}; several are joined by {@code +}. Empty where there is none behind it.
     */
    default String engine() {
        return "";
    }

    /**
     * The model's tokenizer.
     *
     * @throws IllegalStateException if the manifest names none
     */
    Tokenizer tokenizer();

    /**
     * Takes a permit, or refuses at once.
     *
     * @throws multimodal.inference.error.InferenceException {@code OVERLOADED} with a retry delay when there is no room,
     *     {@code DEADLINE_EXCEEDED} when the deadline cannot be met, {@code UNAVAILABLE} while draining
     */
    Permit admit(RequestContext context, Cost cost);

    /**
     * Runs a single-shot artifact and waits: dynamic batching puts rows of equal trailing shapes together.
     *
     * @param inputs by name as in the manifest, each with the same number of rows, at least 1
     * @return outputs by name as in the manifest, as many rows as the inputs
     * @throws multimodal.inference.error.InferenceException as {@link Row#step}
     */
    Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs);

    /** Opens a place in the step batch of a loop artifact. Close it in the same block. */
    Row open(Permit permit, String artifact);

    /** Ends the use of the model. Idempotent. */
    @Override
    default void close() {}
}
