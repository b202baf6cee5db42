package multimodal.clip.pipeline;

import multimodal.inference.tensor.Tensor;

/**
 * Points in the joint space.
 *
 * @param values float32 (contents, dimension), each row L2-normalised, in the order of the contents
 */
public record Embeddings(Tensor values, WorkInfo info) {}
