package multimodal.inference.rpc;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import multimodal.inference.lifecycle.ModelEvent;
import multimodal.inference.lifecycle.ModelListener;
import multimodal.inference.repository.ModelId;

/** Says which gRPC services can serve: those for each of whose tasks a model is ready, or on standby to be. */
public final class ModelHealth implements ModelListener {

    private final Map<String, Set<String>> tasks;
    private final BiConsumer<String, Boolean> serving;
    private final Map<ModelId, ModelEvent> last = new HashMap<>();

    /**
     * Health of some services; all begin as not serving.
     *
     * @param tasks full name of each gRPC service to the tasks that it needs
     * @param serving told of every service after every event, e.g. {@code servingState::set}
     */
    public ModelHealth(Map<String, Set<String>> tasks, BiConsumer<String, Boolean> serving) {
        this.tasks = Map.copyOf(tasks);
        this.serving = serving;
        this.tasks.keySet().forEach(service -> serving.accept(service, false));
    }

    @Override
    public synchronized void changed(ModelEvent event) {
        last.put(event.model(), event);
        Set<String> servable = last.values().stream()
                .filter(known -> known.state().isServable())
                .map(ModelEvent::task)
                .collect(Collectors.toSet());
        tasks.forEach((service, needed) -> serving.accept(service, servable.containsAll(needed)));
    }
}
