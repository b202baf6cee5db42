package multimodal.clip.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import multimodal.clip.index.ImageHit;

/**
 * A page of hits.
 *
 * @param hits in their order
 * @param next where the page has ended, if another may follow
 * @param info what embedded the query, if it had to be
 * @param searchTime that the index took
 */
public record FoundImages(
        List<ImageHit> hits, Optional<SearchCursor> next, Optional<WorkInfo> info, Duration searchTime) {}
