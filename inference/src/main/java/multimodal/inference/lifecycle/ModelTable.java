package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelChange.Course;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.Parameters;

/**
 * The models and their states. Thread-safe: each method is one look or one change, and listeners hear of the changes in
 * their order, under the lock. Nothing here takes long.
 */
final class ModelTable {

    private static final Parameters NOTHING = new Parameters(Map.of());

    /** By name, then oldest version first. */
    private final Map<ModelId, ModelEntry> entries = new TreeMap<>();

    private final List<ModelListener> listeners = new ArrayList<>();
    private boolean closed;

    /**
     * What a request finds.
     *
     * @param handle the right to use the model, if it is ready
     * @param loading the end of its load otherwise
     */
    record Found(ModelId id, Optional<ModelHandle> handle, ModelChange loading) {}

    synchronized void addListener(ModelListener listener) {
        entries.values().forEach(entry -> listener.changed(event(entry)));
        listeners.add(listener);
    }

    synchronized void removeListener(ModelListener listener) {
        listeners.remove(listener);
    }

    /** Whether the model's manifest has been read. */
    synchronized boolean isKnown(ModelId id) {
        return entries.containsKey(id) && !entries.get(id).isBroken();
    }

    /** Adds a model whose manifest has been read. */
    synchronized void add(ModelId id, String task, Parameters parameters) {
        entries.put(id, new ModelEntry(id, task, parameters));
        become(entries.get(id), ModelState.CLOSED, null, null);
    }

    /** Adds a model whose manifest cannot be read; without effect if that is known. */
    synchronized void addBroken(ModelId id, InferenceException problem) {
        if (!entries.containsKey(id)) {
            entries.put(id, new ModelEntry(id, "", NOTHING));
            become(entries.get(id), ModelState.FAILED, null, problem);
        }
    }

    /** Forgets a model whose manifest could not be read, if it is one. */
    synchronized void removeBroken(ModelId id) {
        entries.computeIfPresent(id, (key, entry) -> entry.isBroken() ? null : entry);
    }

    synchronized List<ModelStatus> statuses() {
        return entries.values().stream().map(ModelEntry::status).toList();
    }

    synchronized ModelStatus status(ModelId id) {
        return entries.get(id).status();
    }

    /** The models that a name, and a version if one is given, stand for, oldest first; at least one. */
    synchronized List<ModelId> named(String name, Optional<String> version) {
        return ModelChoice.named(List.copyOf(entries.keySet()), name, version);
    }

    /** The model that a request means; if it is ready, it is in use from now on. */
    synchronized Found find(ModelQuery query) {
        Map<ModelId, ModelState> states = new LinkedHashMap<>();
        entries.values().stream()
                .filter(entry -> entry.isMeantBy(query))
                .forEach(entry -> states.put(entry.id(), entry.state()));
        ModelId id = new ModelChoice(query, states).choose();
        Optional<ModelHandle> handle = entries.get(id).model().map(UsedModel::new);
        return new Found(id, handle, beginLoading(id));
    }

    /** Begins to load a model that is not in memory. */
    synchronized ModelChange beginLoading(ModelId id) {
        ModelEntry entry = entries.get(id);
        return switch (entry.state()) {
            case STANDBY -> begin(entry, ModelState.WAKING, null);
            case CLOSED, FAILED -> begin(entry, ModelState.LOADING, null);
            case LOADING, WAKING, READY -> new ModelChange(entry.change(), Course.UNDER_WAY);
            case DRAINING -> new ModelChange(entry.change(), Course.AFTER_ANOTHER);
        };
    }

    /** Begins to take down a model that is in memory. */
    synchronized ModelChange beginDraining(ModelId id) {
        ModelEntry entry = entries.get(id);
        return switch (entry.state()) {
            case READY -> begin(entry, ModelState.DRAINING, entry.model().orElseThrow());
            case STANDBY, FAILED -> {
                become(entry, ModelState.CLOSED, null, null);
                yield new ModelChange(CompletableFuture.completedFuture(null), Course.UNDER_WAY);
            }
            case CLOSED -> new ModelChange(CompletableFuture.completedFuture(null), Course.UNDER_WAY);
            case DRAINING -> new ModelChange(entry.change(), Course.UNDER_WAY);
            case LOADING, WAKING -> new ModelChange(entry.change(), Course.AFTER_ANOTHER);
        };
    }

    /** Ends a load; false if nothing is loaded any more, so that {@code model} is to be closed. */
    boolean endLoading(ModelId id, LoadedModel model) {
        synchronized (this) {
            if (closed) {
                return false;
            }
            become(entries.get(id), ModelState.READY, model, null);
        }
        change(id).complete(null);
        return true;
    }

    /** Ends a load that has failed. */
    void failLoading(ModelId id, Throwable problem) {
        synchronized (this) {
            become(entries.get(id), ModelState.FAILED, null, problem);
        }
        change(id).completeExceptionally(problem);
    }

    /** Ends a load that was given up; the model may be asked for again. */
    void giveUpLoading(ModelId id, InferenceException reason) {
        synchronized (this) {
            ModelEntry entry = entries.get(id);
            become(entry, entry.state() == ModelState.WAKING ? ModelState.STANDBY : ModelState.CLOSED, null, null);
        }
        change(id).completeExceptionally(reason);
    }

    /** The model that is being taken down, until {@link #endDraining}. */
    synchronized Optional<LoadedModel> draining(ModelId id) {
        ModelEntry entry = entries.get(id);
        return entry.state() == ModelState.DRAINING ? entry.model() : Optional.empty();
    }

    void endDraining(ModelId id) {
        synchronized (this) {
            become(entries.get(id), ModelState.CLOSED, null, null);
        }
        change(id).complete(null);
    }

    /** Leaves a model that was not loaded to its first request. */
    synchronized void rest(ModelId id) {
        ModelEntry entry = entries.get(id);
        if (entry.state() == ModelState.CLOSED && !closed) {
            become(entry, ModelState.STANDBY, null, null);
        }
    }

    /** Takes out the least recently used model that has been unused for {@code idle} or longer; it is to be closed. */
    synchronized Optional<LoadedModel> takeLeastRecentlyUsed(Duration idle) {
        Optional<ModelEntry> taken = entries.values().stream()
                .filter(entry -> entry.state() == ModelState.READY)
                .filter(entry -> usage(entry).count() == 0)
                .filter(entry -> usage(entry).idle().compareTo(idle) >= 0)
                .max(Comparator.comparing(entry -> usage(entry).idle()));
        Optional<LoadedModel> model = taken.flatMap(ModelEntry::model);
        taken.ifPresent(entry -> become(entry, ModelState.STANDBY, null, null));
        return model;
    }

    /** Bytes that the models in memory are counted with. */
    synchronized long memoryBytes() {
        return entries.values().stream().mapToLong(ModelEntry::memoryBytes).sum();
    }

    /** From now on nothing is loaded any more. */
    synchronized void close() {
        closed = true;
    }

    private synchronized CompletableFuture<Void> change(ModelId id) {
        return entries.get(id).change();
    }

    private ModelChange begin(ModelEntry entry, ModelState state, LoadedModel model) {
        if (closed && state != ModelState.DRAINING) {
            throw new InferenceException(ErrorKind.UNAVAILABLE, entry.id() + ": the service is shutting down");
        }
        entry.beginChange();
        become(entry, state, model, null);
        return new ModelChange(entry.change(), Course.BEGUN);
    }

    private void become(ModelEntry entry, ModelState state, LoadedModel model, Throwable problem) {
        entry.become(state, model, problem);
        listeners.forEach(listener -> listener.changed(event(entry)));
    }

    private static Usage usage(ModelEntry entry) {
        return entry.model().orElseThrow().usage();
    }

    private static ModelEvent event(ModelEntry entry) {
        return new ModelEvent(entry.id(), entry.task(), entry.state());
    }
}
