package multimodal.clip.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import multimodal.clip.index.ImageHit;
import multimodal.clip.index.ImageIndex;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;

/** Finds the images of a collection that are nearest to a text, a picture or a point. Thread-safe. */
public final class ImageSearcher {

    /** Hits that one query can be followed for; a page further costs as much as all before it together. */
    public static final int MAX_DEPTH = 10_000;

    private final Embedder embedder;
    private final ImageIndex index;

    public ImageSearcher(Embedder embedder, ImageIndex index) {
        this.embedder = embedder;
        this.index = index;
    }

    /**
     * One page of hits.
     *
     * @param model gives the model of the collection's space, in use until the handle is closed; not asked if the query is a
     *     point
     */
    public FoundImages search(SearchOptions options, Supplier<ModelHandle> model, RequestContext context) {
        Optional<Embeddings> embedded = Optional.empty();
        float[] vector;
        if (options.query() instanceof Place.Of query) {
            try (ModelHandle handle = model.get()) {
                embedded = Optional.of(embedder.embed(handle, List.of(query.content()), context));
            }
            vector = embedded.get().values().row(0).floats();
        } else {
            vector = ((Place.At) options.query()).vector();
        }
        long start = System.nanoTime();
        List<ImageHit> found = find(options, vector, context);
        Duration searchTime = Duration.ofNanos(System.nanoTime() - start);
        List<ImageHit> page = found.subList(0, Math.min(options.k(), found.size()));
        return new FoundImages(
                page, next(options, page, found.size() > page.size()), embedded.map(Embeddings::info), searchTime);
    }

    /** The hits after the last page: more than {@code k} if there are more. */
    private List<ImageHit> find(SearchOptions options, float[] vector, RequestContext context) {
        int seen = options.after().map(SearchCursor::hitCount).orElse(0);
        int count = seen + options.k() + 1;
        while (true) {
            List<ImageHit> all = index.search(options.collection(), vector, count, options.filter(), context);
            List<ImageHit> rest = wanted(all, options).toList();
            boolean isLast = all.size() < count || all.get(all.size() - 1).score() < options.minScore();
            if (rest.size() > options.k() || isLast || count > 2 * MAX_DEPTH) {
                return rest;
            }
            // A search for more hits is a better one: it has found some that belong on the pages before.
            count += options.k();
        }
    }

    private static Stream<ImageHit> wanted(List<ImageHit> hits, SearchOptions options) {
        return hits.stream().filter(hit -> hit.score() >= options.minScore()).filter(hit -> options.after()
                .map(cursor -> cursor.isBefore(hit))
                .orElse(true));
    }

    private static Optional<SearchCursor> next(SearchOptions options, List<ImageHit> page, boolean isMore) {
        int hitCount = options.after().map(SearchCursor::hitCount).orElse(0) + page.size();
        if (!isMore || page.isEmpty() || hitCount >= MAX_DEPTH) {
            return Optional.empty();
        }
        ImageHit last = page.get(page.size() - 1);
        return Optional.of(new SearchCursor(hitCount, last.score(), last.id()));
    }
}
