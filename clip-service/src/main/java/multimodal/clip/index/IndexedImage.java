package multimodal.clip.index;

import java.util.Map;

/**
 * What is kept of a picture.
 *
 * @param id its name within the collection
 * @param vector its embedding, L2-normalised; not to be changed
 * @param metadata what to filter by and to give back
 */
public record IndexedImage(String id, float[] vector, Map<String, MetadataValue> metadata) {

    public IndexedImage {
        metadata = Map.copyOf(metadata);
    }
}
