package multimodal.inference.engine;

import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;

/** A runtime for graphs: PyTorch, ONNX Runtime, TensorRT. Thread-safe. */
public interface Engine {

    /** The manifest's name for this engine: {@code pytorch}, {@code onnxruntime} or {@code tensorrt}. */
    String name();

    /** Runtime, version and device in one line, e.g. {@code onnxruntime 1.21.1 cpu, 1 thread}. */
    String description();

    /**
     * Whether a row's result has the same bits at every batch size. Where not, the batcher calls the graph at one fixed
     * batch size, so that a result never depends on who shared the batch.
     */
    boolean isBatchInvariant();

    /** Calls of one graph that may run side by side, at least 1: more than one where that gets more rows done. */
    default int callsAtOnce() {
        return 1;
    }

    /**
     * Loads a graph of a model whose files have been checked.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} with the file at fault
     */
    Graph load(ModelManifest manifest, ArtifactSpec artifact);
}
