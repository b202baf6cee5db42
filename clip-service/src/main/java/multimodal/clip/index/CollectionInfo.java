package multimodal.clip.index;

/**
 * A collection as it is now.
 *
 * @param name as {@link CollectionNames} allows it
 * @param space of its embeddings, for good
 * @param itemCount pictures in it
 * @param sizeBytes what it takes on disk
 */
public record CollectionInfo(String name, VectorSpace space, long itemCount, long sizeBytes) {}
