package multimodal.clip.pipeline;

import java.util.Map;
import multimodal.clip.index.MetadataValue;

/**
 * An image on its way into a collection.
 *
 * @param number by which its caller knows it again
 * @param id its name within the collection
 * @param place of its picture, or its embedding
 * @param metadata what to filter by and to give back
 */
public record NewImage(long number, String id, Place place, Map<String, MetadataValue> metadata) {

    public NewImage {
        metadata = Map.copyOf(metadata);
    }

    NewImage at(float[] vector) {
        return new NewImage(number, id, new Place.At(vector), metadata);
    }
}
