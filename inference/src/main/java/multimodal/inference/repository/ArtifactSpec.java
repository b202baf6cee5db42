package multimodal.inference.repository;

import java.util.List;
import java.util.Map;

/**
 * One network of a model.
 *
 * @param name unique in the model, e.g. {@code unet}
 * @param graphs engine name ({@code pytorch}, {@code onnxruntime}, {@code tensorrt}) to file name, in order of preference
 * @param inputs in the order in which positional engines take them
 * @param outputs in the order in which the graph returns them
 * @param maxBatch rows in one call at the most
 */
public record ArtifactSpec(
        String name, Map<String, String> graphs, List<TensorSpec> inputs, List<TensorSpec> outputs, int maxBatch) {}
