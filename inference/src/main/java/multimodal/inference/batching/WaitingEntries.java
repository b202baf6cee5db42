package multimodal.inference.batching;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import multimodal.inference.error.InferenceException;

/**
 * Entries in the order of their turns, and those of one turn in the order in which they came. The first one always gets into
 * the next batch; others join it as far as they fit. Dead entries leave whenever the list is looked at.
 */
final class WaitingEntries implements Assembly {

    private final int maxRows;
    private final Duration maxDelay;
    private final BatchKey key;
    private final BatchListener listener;
    private final TreeMap<Place, Entry> places = new TreeMap<>();
    private final Collection<Entry> entries = places.values();
    private long added;

    private record Place(double turn, long number) implements Comparable<Place> {

        @Override
        public int compareTo(Place other) {
            int byTurn = Double.compare(turn, other.turn);
            return byTurn == 0 ? Long.compare(number, other.number) : byTurn;
        }
    }

    /**
     * An empty list.
     *
     * @param maxRows in one batch
     * @param maxDelay how long the first entry waits for others
     * @param key whose entries they are
     * @param listener hears of every entry that leaves
     */
    WaitingEntries(int maxRows, Duration maxDelay, BatchKey key, BatchListener listener) {
        this.maxRows = maxRows;
        this.maxDelay = maxDelay;
        this.key = key;
        this.listener = listener;
    }

    void add(Entry entry) {
        places.put(new Place(entry.turn(), added++), entry);
    }

    @Override
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** Whether the first entry and those that fit to it fill a batch. */
    boolean isFull() {
        return fittingRows() >= maxRows;
    }

    private int fittingRows() {
        return entries.isEmpty()
                ? 0
                : entries.stream().filter(first()::fits).mapToInt(Entry::rows).sum();
    }

    @Override
    public long nanosUntilDue(long nowNanos) {
        dropDead();
        if (entries.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long oldest = entries.stream().mapToLong(Entry::submittedNanos).min().orElseThrow();
        return isFull() ? 0 : oldest + maxDelay.toNanos() - nowNanos;
    }

    @Override
    public List<Entry> take(int calls) {
        dropDead();
        int share = (fittingRows() + calls - 1) / calls;
        List<Entry> batch = new ArrayList<>();
        int rows = 0;
        for (Iterator<Entry> rest = entries.iterator(); rest.hasNext() && rows < Math.min(share, maxRows); ) {
            Entry entry = rest.next();
            boolean joins = batch.isEmpty() || (batch.get(0).fits(entry) && rows + entry.rows() <= maxRows);
            if (joins) {
                rest.remove();
                listener.left(key, entry.rows());
                batch.add(entry);
                rows += entry.rows();
            }
        }
        return batch;
    }

    @Override
    public void fail(InferenceException reason) {
        for (Entry entry : entries) {
            listener.left(key, entry.rows());
            entry.outcome().completeExceptionally(reason);
        }
        entries.clear();
    }

    private Entry first() {
        return places.firstEntry().getValue();
    }

    private void dropDead() {
        entries.removeIf(entry -> {
            boolean isDead = !entry.isLive();
            if (isDead) {
                listener.left(key, entry.rows());
                listener.refused(key, entry.endDead());
            }
            return isDead;
        });
    }
}
