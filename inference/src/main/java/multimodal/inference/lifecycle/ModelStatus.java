package multimodal.inference.lifecycle;

import java.util.Optional;
import multimodal.inference.repository.ModelId;

/**
 * How a model is at one moment.
 *
 * @param task as in its manifest; empty while that cannot be read
 * @param engine as {@link ModelHandle#engine}; empty unless it is in memory
 * @param memoryBytes as {@link ModelMemory} estimates it; 0 unless it is in memory
 * @param useCount requests that found it and have not let go of it
 * @param problem why it is {@link ModelState#FAILED}; empty otherwise
 */
public record ModelStatus(
        ModelId model,
        String task,
        ModelState state,
        String engine,
        long memoryBytes,
        int useCount,
        Optional<Throwable> problem) {}
