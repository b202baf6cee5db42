package multimodal.clip.pipeline;

import java.util.Optional;
import multimodal.clip.index.ImageFilter;

/**
 * What to look for.
 *
 * @param collection where
 * @param query near what
 * @param k hits of one page, 1 or more
 * @param minScore the lowest score of a hit, -1 to 1
 * @param filter limits what is found, if present
 * @param after where the last page has ended, if there was one
 */
public record SearchOptions(
        String collection,
        Place query,
        int k,
        float minScore,
        Optional<ImageFilter> filter,
        Optional<SearchCursor> after) {}
