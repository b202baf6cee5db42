package multimodal.clip.index;

import java.util.List;
import java.util.Optional;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;

/**
 * Named collections of embeddings, with their metadata. What a method has changed is durable, and every later search sees
 * it, when the method returns. Thread-safe.
 *
 * <p>Every method throws an {@link InferenceException}: {@code NOT_FOUND} (field {@code
 * collection}) for a collection that does not exist, {@code UNAVAILABLE} when the index cannot be read or written.
 */
public interface ImageIndex extends AutoCloseable {

    /** Collections that there may be. */
    int MAX_COLLECTIONS = 1_000;

    /**
     * A collection for embeddings of {@code space}, created if there is none of the name.
     *
     * @throws InferenceException also {@code INVALID_INPUT} if it holds those of another space,
     *     {@code OVERLOADED} if there are too many collections
     */
    CollectionInfo open(String collection, VectorSpace space);

    /** What is told of a collection that does not exist. */
    static InferenceException unknown(String collection) {
        return InferenceException.notFound("collection", collection, "a collection that exists, see ListCollections");
    }

    /** What a collection holds, if it exists. */
    Optional<VectorSpace> space(String collection);

    /** All collections, in the order of their names. */
    List<CollectionInfo> list();

    /** Removes a collection and all that is in it; what it was. */
    CollectionInfo drop(String collection);

    /**
     * Stores images, all or none of them, each in the place of one of the same id.
     *
     * @param space of the embeddings
     * @param images at least 1, with different ids
     * @throws InferenceException also {@code INVALID_INPUT} if the collection, made anew
     *     meanwhile, holds another space
     */
    void put(String collection, VectorSpace space, List<IndexedImage> images);

    /** Removes what matches; how many there were. */
    long delete(String collection, ImageFilter filter);

    /**
     * The images nearest to a point, in the order of hits.
     *
     * @param vector L2-normalised, of the collection's dimension
     * @param count at most so many, 1 or more; fewer only if no more match
     * @param filter limits what is found, if present
     * @param context of the caller: a search for nobody is given up
     */
    List<ImageHit> search(
            String collection, float[] vector, int count, Optional<ImageFilter> filter, RequestContext context);

    /** Lets go of what the index holds; nothing is lost. */
    @Override
    void close();
}
