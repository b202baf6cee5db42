package multimodal.inference.repository;

import java.util.List;
import java.util.Map;

/**
 * One network of a model.
 *
 * @param name unique in the model, e.g. {@code unet}
 * @param graphs by engine ({@code pytorch}, {@code onnxruntime}, {@code tensorrt}), in order of preference where nothing has been
 *     measured
 * @param inputs in the order in which positional engines take them
 * @param outputs in the order in which the graph returns them
 * @param maxBatch rows in one call at the most
 * @param milliseconds by device ({@code cpu}, {@code cuda}) and engine, what a call of one row took where the engines were
 *     measured against each other; empty where nobody has
 */
public record ArtifactSpec(
        String name,
        Map<String, GraphSpec> graphs,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        int maxBatch,
        Map<String, Map<String, Double>> milliseconds) {

    /** An artifact that nobody has measured. */
    public ArtifactSpec(
            String name,
            Map<String, GraphSpec> graphs,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            int maxBatch) {
        this(name, graphs, inputs, outputs, maxBatch, Map.of());
    }
}
