package multimodal.clip.index;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Stores images of many callers with few commits: while one commit of a collection runs, what comes for that collection
 * gathers, and goes into the next one together. Thread-safe; it holds what its callers have given and not seen done, so
 * they bound it.
 */
public final class GroupCommit {

    /** Images of one commit at the most; the last group of one caller may exceed it. */
    private static final int MAX_GROUP = 1_024;

    private record Target(String collection, VectorSpace space) {}

    private record Entry(List<IndexedImage> images, CompletableFuture<Void> done) {}

    private final ImageIndex index;
    private final Executor executor;
    /** What waits, by collection; there is an entry as long as commits of the collection run. */
    private final Map<Target, Deque<Entry>> waiting = new HashMap<>();

    /** @param executor runs commits, one at a time for a collection; must not reject */
    public GroupCommit(ImageIndex index, Executor executor) {
        this.index = index;
        this.executor = executor;
    }

    /**
     * Stores images soon, those of one caller in the order of its calls.
     *
     * @param images at least 1; of two with one id the later counts
     * @return done when they are durable, or failed with what {@link ImageIndex#put} throws
     */
    public CompletableFuture<Void> put(String collection, VectorSpace space, List<IndexedImage> images) {
        Target target = new Target(collection, space);
        Entry entry = new Entry(List.copyOf(images), new CompletableFuture<>());
        synchronized (waiting) {
            Deque<Entry> others = waiting.get(target);
            if (others != null) {
                others.add(entry);
                return entry.done();
            }
            waiting.put(target, new ArrayDeque<>(List.of(entry)));
        }
        executor.execute(() -> commitAll(target));
        return entry.done();
    }

    private void commitAll(Target target) {
        for (List<Entry> group = next(target); !group.isEmpty(); group = next(target)) {
            commit(target, group);
        }
    }

    private List<Entry> next(Target target) {
        synchronized (waiting) {
            Deque<Entry> entries = waiting.get(target);
            List<Entry> group = new ArrayList<>();
            for (int size = 0; size < MAX_GROUP && !entries.isEmpty(); ) {
                Entry entry = entries.remove();
                size += entry.images().size();
                group.add(entry);
            }
            if (group.isEmpty()) {
                waiting.remove(target);
            }
            return group;
        }
    }

    private void commit(Target target, List<Entry> group) {
        Map<String, IndexedImage> images = new LinkedHashMap<>();
        group.forEach(entry -> entry.images().forEach(image -> images.put(image.id(), image)));
        try {
            index.put(target.collection(), target.space(), List.copyOf(images.values()));
        } catch (RuntimeException | Error e) {
            group.forEach(entry -> entry.done().completeExceptionally(e));
            return;
        }
        group.forEach(entry -> entry.done().complete(null));
    }
}
