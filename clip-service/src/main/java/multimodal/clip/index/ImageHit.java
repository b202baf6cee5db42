package multimodal.clip.index;

import java.util.Comparator;
import java.util.Map;

/**
 * A picture that was found. Ordered by score, highest first, then by id.
 *
 * @param id its name within the collection
 * @param score cosine between query and picture, -1 to 1
 * @param metadata as it was stored
 */
public record ImageHit(String id, float score, Map<String, MetadataValue> metadata) implements Comparable<ImageHit> {

    private static final Comparator<ImageHit> ORDER =
            Comparator.comparing(ImageHit::score).reversed().thenComparing(ImageHit::id);

    public ImageHit {
        metadata = Map.copyOf(metadata);
    }

    @Override
    public int compareTo(ImageHit other) {
        return ORDER.compare(this, other);
    }
}
