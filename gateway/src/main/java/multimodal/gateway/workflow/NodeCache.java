package multimodal.gateway.workflow;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Results of nodes that later runs may use: bounded in memory, those not used for the longest time leave first. */
public final class NodeCache {
    /** Of an entry beside its values: the key, the maps, the objects. */
    private static final int ENTRY_BYTES = 500;

    private final long maxBytes;
    private final long lifetimeNanos;
    private final LongSupplier clockNanos;
    private final Map<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    private record Entry(NodeOutput output, long bytes, long madeNanos) {}

    /**
     * A cache of at most {@code maxBytes} (0 keeps nothing).
     *
     * @param lifetime after which a result is forgotten, since the model that made it may have been replaced
     */
    public NodeCache(long maxBytes, Duration lifetime) {
        this(maxBytes, lifetime, System::nanoTime);
    }

    NodeCache(long maxBytes, Duration lifetime, LongSupplier clockNanos) {
        this.maxBytes = maxBytes;
        this.lifetimeNanos = lifetime.toNanos();
        this.clockNanos = clockNanos;
    }

    /** The result that is kept under {@code key}. */
    public synchronized Optional<NodeOutput> find(String key) {
        Entry entry = entries.get(key);
        if (entry == null) {
            return Optional.empty();
        }
        if (clockNanos.getAsLong() - entry.madeNanos() > lifetimeNanos) {
            bytes -= entries.remove(key).bytes();
            return Optional.empty();
        }
        return Optional.of(entry.output());
    }

    /** Keeps {@code output} under {@code key}, unless it alone is too large. */
    public synchronized void add(String key, NodeOutput output) {
        Entry entry = new Entry(output, output.bytes() + ENTRY_BYTES, clockNanos.getAsLong());
        if (entry.bytes() > maxBytes) {
            return;
        }
        Entry before = entries.put(key, entry);
        bytes += entry.bytes() - (before == null ? 0 : before.bytes());
        Iterator<Entry> oldest = entries.values().iterator();
        while (bytes > maxBytes) {
            bytes -= oldest.next().bytes();
            oldest.remove();
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
