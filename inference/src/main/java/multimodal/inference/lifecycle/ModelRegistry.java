package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelChange.Course;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import org.jboss.logging.Logger;

/**
 * The models of a process: loads them, finds them, and takes them down again. A model that somebody uses stays in memory.
 * Thread-safe.
 */
public final class ModelRegistry implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ModelRegistry.class);

    private final ModelRepository repository;
    private final LifecycleSettings settings;
    private final ModelTable table = new ModelTable();
    private final ModelMover mover;
    /** For what goes on whether or not somebody waits for it. */
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "model-lifecycle");
        thread.setDaemon(true);
        return thread;
    });

    private volatile Set<String> tasks = Set.of();

    /** An empty registry over a repository; see {@link LifecycleSettings#DEFAULT}. */
    public ModelRegistry(ModelRepository repository, ModelLoader loader) {
        this(repository, loader, LifecycleSettings.DEFAULT);
    }

    /** An empty registry over a repository. */
    public ModelRegistry(ModelRepository repository, ModelLoader loader, LifecycleSettings settings) {
        this.repository = repository;
        this.settings = settings;
        this.mover = new ModelMover(table, repository, loader, settings.memoryBudgetBytes());
    }

    /** Adds a listener, which hears at once of the states as they are. */
    public void addListener(ModelListener listener) {
        table.addListener(listener);
    }

    public void removeListener(ModelListener listener) {
        table.removeListener(listener);
    }

    /**
     * Takes on every model of the repository whose task is among {@code tasks}: loads and warms it up, one after another,
     * or leaves it to its first request if the settings say so or the budget is spent. One that does not load is logged and
     * serves nobody; the others serve.
     */
    public void load(Set<String> tasks) {
        this.tasks = Set.copyOf(tasks);
        List<ModelId> found = discover();
        if (settings.loadsAtStart()) {
            found.forEach(table::beginLoading);
            found.forEach(mover::load);
        }
        found.forEach(table::rest);
    }

    /** {@link #find(ModelQuery, RequestContext, Consumer)} for a caller that always waits. */
    public ModelHandle find(String task, Optional<String> name, Optional<String> version) {
        return find(new ModelQuery(task, name, version), RequestContext.detached(), id -> {});
    }

    /**
     * The model that a request means, in use until the handle is closed. One that is on standby is loaded first, and the
     * request waits.
     *
     * @param onLoading hears, at most once, that the request waits for the model to be loaded
     * @throws InferenceException {@code NOT_FOUND} with what there is; {@code UNAVAILABLE} if the model is not one that can
     *     serve; {@code OVERLOADED} if the models in use leave no room for it; {@code CANCELLED} or {@code
     *     DEADLINE_EXCEEDED} if the caller goes away
     */
    public ModelHandle find(ModelQuery query, RequestContext context, Consumer<ModelId> onLoading) {
        boolean isTold = false;
        while (true) {
            ModelTable.Found found = table.find(query);
            if (found.handle().isPresent()) {
                return found.handle().get();
            }
            CompletableFuture<Void> loading = carryOutLoading(found.id(), found.loading());
            if (!isTold) {
                isTold = true;
                onLoading.accept(found.id());
            }
            awaitForRequest(found.id(), loading, context);
        }
    }

    /**
     * Loads a model and waits until it is ready.
     *
     * @param version empty for the newest in the repository
     * @param replaces whether the other versions of the name are unloaded once it is ready
     * @throws InferenceException {@code NOT_FOUND} with what there is, {@code MISCONFIGURED} with every fault of its files,
     *     {@code OVERLOADED} if the models in use leave no room; {@code CANCELLED} or {@code DEADLINE_EXCEEDED} if the
     *     caller goes away, which does not end the load
     */
    public ModelStatus load(String name, Optional<String> version, boolean replaces, RequestContext context) {
        discover();
        ModelId id = newest(table.named(name, version));
        CompletableFuture<Void> loading = startLoading(id);
        Waits.await(replaces ? loading.thenRun(() -> retireOthers(id)) : loading, context);
        return table.status(id);
    }

    /**
     * Unloads a model and waits until its memory has been given back. Requests that use it get the drain timeout to finish;
     * what still runs then ends with {@code UNAVAILABLE}.
     *
     * @param version empty for all versions of the name
     * @throws InferenceException {@code NOT_FOUND} with what there is; {@code CANCELLED} or {@code DEADLINE_EXCEEDED} if the
     *     caller goes away, which does not end the unload
     */
    public List<ModelStatus> unload(String name, Optional<String> version, RequestContext context) {
        discover();
        List<ModelId> named = table.named(name, version);
        CompletableFuture<?>[] unloads =
                named.stream().map(this::startUnloading).toArray(CompletableFuture<?>[]::new);
        Waits.await(CompletableFuture.allOf(unloads), context);
        return named.stream().map(table::status).toList();
    }

    /**
     * Looks for models that have come into the repository since the last look, and begins to load each that is the newest of
     * its name; once ready, it replaces the other versions. A folder that has gone changes nothing.
     */
    public void takeUpNew() {
        for (ModelId id : discover()) {
            if (id.equals(newest(table.named(id.name(), Optional.empty())))) {
                startLoading(id).thenRun(() -> retireOthers(id));
            }
        }
    }

    /** Puts on standby what has been unused for the idle timeout or longer. */
    public void unloadIdle() {
        settings.idleTimeout().ifPresent(mover::unloadIdle);
    }

    /** Every model of the tasks, in memory or not, by name, then oldest version first. Looks at the disk anew. */
    public List<ModelStatus> statuses() {
        discover();
        return table.statuses();
    }

    /** How a model that a listener has heard of is now. */
    public ModelStatus status(ModelId id) {
        return table.status(id);
    }

    /** The models that are ready, by name, then oldest version first. */
    public List<ModelId> ready() {
        return inState(ModelState.READY);
    }

    /**
     * Takes all models down: no admission, then what was admitted runs to its end, then memory is given back. What still
     * runs after {@code timeout} ends with {@code UNAVAILABLE}.
     */
    public void drain(Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        table.close();
        table.statuses().forEach(status -> table.beginDraining(status.model()));
        List<ModelId> draining = inState(ModelState.DRAINING);
        for (ModelId id : draining) {
            table.draining(id).ifPresent(model -> awaitIdle(model, end));
            mover.close(id);
        }
    }

    /** Takes all models down at once. */
    @Override
    public void close() {
        drain(Duration.ZERO);
    }

    /** Reads what is new in the repository; answers the models of the tasks among it, by name, then oldest version first. */
    private synchronized List<ModelId> discover() {
        List<ModelId> found = new ArrayList<>();
        for (ModelId id : repository.models()) {
            if (table.isKnown(id)) {
                continue;
            }
            try {
                ModelManifest manifest = repository.manifest(id);
                table.removeBroken(id);
                if (tasks.contains(manifest.task())) {
                    table.add(id, manifest.task(), manifest.parameters());
                    found.add(id);
                }
            } catch (InferenceException e) {
                LOG.errorf("%s is left out: %s", id, e.getMessage());
                table.addBroken(id, e);
            }
        }
        return found;
    }

    private CompletableFuture<Void> startLoading(ModelId id) {
        return carryOutLoading(id, table.beginLoading(id));
    }

    private CompletableFuture<Void> carryOutLoading(ModelId id, ModelChange change) {
        return carryOut(change, () -> mover.load(id), () -> startLoading(id));
    }

    private CompletableFuture<Void> startUnloading(ModelId id) {
        return carryOut(table.beginDraining(id), () -> takeDown(id), () -> startUnloading(id));
    }

    private CompletableFuture<Void> carryOut(
            ModelChange change, Runnable work, Supplier<CompletableFuture<Void>> again) {
        if (change.course() == Course.BEGUN) {
            threads.execute(work);
        }
        return change.course() == Course.AFTER_ANOTHER
                ? change.end().handle((done, problem) -> done).thenCompose(done -> again.get())
                : change.end();
    }

    private void takeDown(ModelId id) {
        long end = System.nanoTime() + settings.drainTimeout().toNanos();
        table.draining(id).ifPresent(model -> {
            awaitUnused(model, end);
            awaitIdle(model, end);
        });
        mover.close(id);
    }

    private void retireOthers(ModelId id) {
        table.named(id.name(), Optional.empty()).stream()
                .filter(other -> !other.equals(id))
                .forEach(this::startUnloading);
    }

    private List<ModelId> inState(ModelState state) {
        return table.statuses().stream()
                .filter(status -> status.state() == state)
                .map(ModelStatus::model)
                .toList();
    }

    private static ModelId newest(List<ModelId> oldestFirst) {
        return oldestFirst.get(oldestFirst.size() - 1);
    }

    /** A caller cannot mend a model that does not load: it hears that, and the log has the rest. */
    private static void awaitForRequest(ModelId id, CompletableFuture<Void> loading, RequestContext context) {
        try {
            Waits.await(loading, context);
        } catch (InferenceException e) {
            boolean isForTheCaller =
                    switch (e.kind()) {
                        case OVERLOADED, CANCELLED, DEADLINE_EXCEEDED, UNAVAILABLE -> true;
                        case INVALID_INPUT, NOT_FOUND, MISCONFIGURED, INTERNAL -> false;
                    };
            throw isForTheCaller ? e : doesNotLoad(id, e);
        } catch (RuntimeException | Error e) {
            throw doesNotLoad(id, e);
        }
    }

    private static InferenceException doesNotLoad(ModelId id, Throwable cause) {
        return new InferenceException(ErrorKind.UNAVAILABLE, id + " does not load", cause);
    }

    private static void awaitUnused(LoadedModel model, long endNanos) {
        try {
            model.usage().awaitNone(left(endNanos));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitIdle(LoadedModel model, long endNanos) {
        try {
            if (!model.drain(left(endNanos))) {
                LOG.warnf(
                        "%s: requests still ran when it was unloaded",
                        model.manifest().id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration left(long endNanos) {
        return Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
    }
}
