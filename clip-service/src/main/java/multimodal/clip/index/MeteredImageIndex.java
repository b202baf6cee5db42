package multimodal.clip.index;

import com.google.common.base.Suppliers;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import multimodal.inference.batching.RequestContext;

/** An index that counts and times what is done with it. */
public final class MeteredImageIndex implements ImageIndex {

    /** Gauge: collections. */
    public static final String COLLECTIONS = "clip.index.collections";

    /** Gauge: images in all collections. */
    public static final String ITEMS = "clip.index.items";

    /** Gauge: bytes of all collections. */
    public static final String SIZE = "clip.index.size";

    /** Timer: one commit, until it is durable. Tag {@link #OUTCOME}. */
    public static final String COMMIT_TIME = "clip.index.commit.time";

    /** Counter: images that were stored, the same one again included; its rate is the rate of ingestion. */
    public static final String STORED = "clip.index.stored";

    /** Counter: images that were deleted. */
    public static final String DELETED = "clip.index.deleted";

    /** Timer: one search, the query's embedding left out. Tag {@link #OUTCOME}. */
    public static final String SEARCH_TIME = "clip.index.search.time";

    /** {@code ok} or {@code failed}. */
    private static final String OUTCOME = "outcome";

    /** A database counts rows one by one, so that is not done at every scrape. */
    private static final Duration STALE_AFTER = Duration.ofSeconds(30);

    private final ImageIndex index;
    private final MeterRegistry meters;

    public MeteredImageIndex(ImageIndex index, MeterRegistry meters) {
        this.index = index;
        this.meters = meters;
        Supplier<List<CollectionInfo>> collections =
                Suppliers.memoizeWithExpiration(index::list, STALE_AFTER.toSeconds(), TimeUnit.SECONDS);
        gauge(COLLECTIONS, collections, collection -> 1).register(meters);
        gauge(ITEMS, collections, CollectionInfo::itemCount).register(meters);
        gauge(SIZE, collections, CollectionInfo::sizeBytes)
                .baseUnit(BaseUnits.BYTES)
                .register(meters);
    }

    @Override
    public CollectionInfo open(String collection, VectorSpace space) {
        return index.open(collection, space);
    }

    @Override
    public Optional<VectorSpace> space(String collection) {
        return index.space(collection);
    }

    @Override
    public List<CollectionInfo> list() {
        return index.list();
    }

    @Override
    public CollectionInfo drop(String collection) {
        return index.drop(collection);
    }

    @Override
    public void put(String collection, VectorSpace space, List<IndexedImage> images) {
        timed(COMMIT_TIME, () -> {
            index.put(collection, space, images);
            return null;
        });
        meters.counter(STORED).increment(images.size());
    }

    @Override
    public long delete(String collection, ImageFilter filter) {
        long count = timed(COMMIT_TIME, () -> index.delete(collection, filter));
        meters.counter(DELETED).increment(count);
        return count;
    }

    @Override
    public List<ImageHit> search(
            String collection, float[] vector, int count, Optional<ImageFilter> filter, RequestContext context) {
        return timed(SEARCH_TIME, () -> index.search(collection, vector, count, filter, context));
    }

    @Override
    public void close() {
        index.close();
    }

    private <T> T timed(String name, Supplier<T> work) {
        Timer.Sample sample = Timer.start(meters);
        String outcome = "failed";
        try {
            T result = work.get();
            outcome = "ok";
            return result;
        } finally {
            sample.stop(meters.timer(name, OUTCOME, outcome));
        }
    }

    /** Not a number while the index cannot be asked: Micrometer makes that of an exception. */
    private static Gauge.Builder<?> gauge(
            String name, Supplier<List<CollectionInfo>> collections, ToDoubleFunction<CollectionInfo> value) {
        return Gauge.builder(
                name, () -> collections.get().stream().mapToDouble(value).sum());
    }
}
