package multimodal.clip.index;

import multimodal.inference.repository.ModelId;

/**
 * Where points can be compared with each other.
 *
 * @param model that makes the points; those of another model, or of another version, mean something else
 * @param dimension coordinates of a point, 1 or more
 */
public record VectorSpace(ModelId model, int dimension) {}
