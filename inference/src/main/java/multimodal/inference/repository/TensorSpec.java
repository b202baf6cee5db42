package multimodal.inference.repository;

import java.util.OptionalInt;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;

/**
 * One input or output of an artifact.
 *
 * @param name as the graph knows it
 * @param dtype element type at the seam
 * @param shape extents, {@code -1} where any
 * @param downscale how many pixels of the picture's side one element stands for, where the manifest says it
 */
public record TensorSpec(String name, DType dtype, Shape shape, OptionalInt downscale) {

    /** A tensor whose extents have nothing to do with a picture, or say by their channels what they have. */
    public TensorSpec(String name, DType dtype, Shape shape) {
        this(name, dtype, shape, OptionalInt.empty());
    }
}
