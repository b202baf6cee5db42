package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import org.jboss.logging.Logger;

/** The models of a process: loads them, finds them, and takes them down again. Thread-safe. */
public final class ModelRegistry implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(ModelRegistry.class);

    /** A model that was asked for; {@code model} is null until it is ready and after a failure. */
    private record Registered(String task, ModelState state, LoadedModel model) {}

    private final ModelRepository repository;
    private final ModelLoader loader;
    /** By name, then oldest version first, as the repository lists them. */
    private final Map<ModelId, Registered> models = new LinkedHashMap<>();

    private final List<ModelListener> listeners = new ArrayList<>();

    /** An empty registry over a repository. */
    public ModelRegistry(ModelRepository repository, ModelLoader loader) {
        this.repository = repository;
        this.loader = loader;
    }

    /** Adds a listener, which hears at once of the states as they are. */
    public synchronized void addListener(ModelListener listener) {
        models.forEach((id, model) -> listener.changed(new ModelEvent(id, model.task, model.state)));
        listeners.add(listener);
    }

    /**
     * Loads and warms up every model of the repository whose task is among {@code tasks}, one after another. One that does
     * not load is logged and left out; the others serve.
     */
    public void load(Set<String> tasks) {
        List<ModelManifest> wanted = repository.models().stream()
                .flatMap(id -> orLeaveOut(id, repository::manifest))
                .filter(manifest -> tasks.contains(manifest.task()))
                .flatMap(manifest -> orLeaveOut(manifest.id(), repository::load))
                .toList();
        wanted.forEach(manifest -> change(manifest, ModelState.LOADING, null));
        wanted.forEach(this::load);
    }

    /**
     * The model that a request means.
     *
     * @param task what it is for
     * @param name as in the repository; empty takes the first of the task
     * @param version of that name; empty takes the newest that is ready
     * @throws InferenceException {@code NOT_FOUND} with what there is, {@code UNAVAILABLE} while it loads or drains
     */
    public synchronized ModelHandle find(String task, Optional<String> name, Optional<String> version) {
        Map<ModelId, ModelState> states = new LinkedHashMap<>();
        models.forEach((id, model) -> {
            if (model.task.equals(task)) {
                states.put(id, model.state);
            }
        });
        return models.get(new ModelChoice(task, states).choose(name, version)).model;
    }

    /** The models that are ready, as the repository lists them. */
    public synchronized List<ModelId> ready() {
        return models.keySet().stream()
                .filter(id -> models.get(id).state == ModelState.READY)
                .toList();
    }

    /**
     * Takes all models down: no admission, then what was admitted runs to its end, then memory is given back. What still
     * runs after {@code timeout} ends with {@code UNAVAILABLE}.
     */
    public void drain(Duration timeout) {
        List<LoadedModel> draining = changeReadyToDraining();
        long end = System.nanoTime() + timeout.toNanos();
        for (LoadedModel model : draining) {
            awaitIdle(model, Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            model.close();
            change(model.manifest(), ModelState.CLOSED, null);
        }
    }

    /** Takes all models down at once. */
    @Override
    public void close() {
        drain(Duration.ZERO);
    }

    private static Stream<ModelManifest> orLeaveOut(ModelId id, Function<ModelId, ModelManifest> reading) {
        try {
            return Stream.of(reading.apply(id));
        } catch (InferenceException e) {
            LOG.errorf("%s is left out: %s", id, e.getMessage());
            return Stream.empty();
        }
    }

    private void load(ModelManifest manifest) {
        try {
            change(manifest, ModelState.READY, loader.load(manifest));
        } catch (RuntimeException | LinkageError e) {
            LOG.errorf(e, "%s does not load", manifest.id());
            change(manifest, ModelState.CLOSED, null);
        }
    }

    private synchronized void change(ModelManifest manifest, ModelState state, LoadedModel model) {
        models.put(manifest.id(), new Registered(manifest.task(), state, model));
        ModelEvent event = new ModelEvent(manifest.id(), manifest.task(), state);
        listeners.forEach(listener -> listener.changed(event));
    }

    private synchronized List<LoadedModel> changeReadyToDraining() {
        List<LoadedModel> draining =
                ready().stream().map(id -> models.get(id).model).toList();
        draining.forEach(model -> change(model.manifest(), ModelState.DRAINING, model));
        return draining;
    }

    private static void awaitIdle(LoadedModel model, Duration timeout) {
        try {
            if (!model.drain(timeout)) {
                LOG.warnf(
                        "%s: requests still ran when it was unloaded",
                        model.manifest().id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
