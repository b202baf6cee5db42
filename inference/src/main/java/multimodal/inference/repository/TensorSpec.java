package multimodal.inference.repository;

import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;

/**
 * One input or output of an artifact.
 *
 * @param name as the graph knows it
 * @param dtype element type at the seam
 * @param shape extents, {@code -1} where any
 */
public record TensorSpec(String name, DType dtype, Shape shape) {}
