package multimodal.clip.pipeline;

import java.util.Map;
import multimodal.clip.index.ImageHit;

/**
 * Where a page of hits has ended.
 *
 * @param hitCount hits up to here
 * @param score of the last hit
 * @param id of the last hit
 */
public record SearchCursor(int hitCount, float score, String id) {

    /** Whether {@code hit} comes on a later page. */
    boolean isBefore(ImageHit hit) {
        return new ImageHit(id, score, Map.of()).compareTo(hit) < 0;
    }
}
