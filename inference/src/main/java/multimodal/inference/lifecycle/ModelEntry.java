package multimodal.inference.lifecycle;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.Parameters;

/** A model that the registry knows, and what has become of it. Guarded by the {@link ModelTable} that it belongs to. */
final class ModelEntry {

    private final ModelId id;
    private final String task;
    private final Parameters parameters;
    private ModelState state = ModelState.CLOSED;
    private LoadedModel model;
    private Throwable problem;
    private CompletableFuture<Void> change = CompletableFuture.completedFuture(null);

    /** A model that is not in memory; {@code task} is empty if its manifest cannot be read. */
    ModelEntry(ModelId id, String task, Parameters parameters) {
        this.id = id;
        this.task = task;
        this.parameters = parameters;
    }

    ModelId id() {
        return id;
    }

    String task() {
        return task;
    }

    /** Whether it is one of those from which the query's model is chosen. */
    boolean isMeantBy(ModelQuery query) {
        boolean suits = query.name().isPresent()
                || parameters.values().entrySet().containsAll(query.parameters().entrySet());
        return task.equals(query.task()) && suits;
    }

    boolean isBroken() {
        return task.isEmpty();
    }

    ModelState state() {
        return state;
    }

    /** What is in memory, if anything is. */
    Optional<LoadedModel> model() {
        return Optional.ofNullable(model);
    }

    /** Ends when the model has left {@code LOADING}, {@code WAKING} or {@code DRAINING}; fails if it could not be loaded. */
    CompletableFuture<Void> change() {
        return change;
    }

    void beginChange() {
        change = new CompletableFuture<>();
    }

    void become(ModelState newState, LoadedModel newModel, Throwable newProblem) {
        state = newState;
        model = newModel;
        problem = newProblem;
    }

    ModelStatus status() {
        return new ModelStatus(
                id,
                task,
                state,
                model().map(LoadedModel::engine).orElse(""),
                memoryBytes(),
                model().map(loaded -> loaded.usage().count()).orElse(0),
                Optional.ofNullable(problem));
    }

    long memoryBytes() {
        return model().map(LoadedModel::memoryBytes).orElse(0L);
    }
}
