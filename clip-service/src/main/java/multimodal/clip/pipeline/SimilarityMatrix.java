package multimodal.clip.pipeline;

import multimodal.inference.tensor.Tensor;

/**
 * How near every row is to every column.
 *
 * @param cosines float32 (rows, columns), -1 to 1
 * @param logitScale times a cosine is the logit that the model was trained with
 */
public record SimilarityMatrix(Tensor cosines, float logitScale, WorkInfo info) {}
