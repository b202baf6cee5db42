package multimodal.common.server;

import io.grpc.BindableService;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import multimodal.common.v1.ModelServiceGrpc;

/**
 * Which gRPC services of this process serve.
 *
 * <p>Every service starts as not serving and is declared serving when it can do its work. Draining ends all of them for good.
 */
@Singleton
public class ServingState {
    private static final List<String> INFRASTRUCTURE = List.of("grpc.", ModelServiceGrpc.SERVICE_NAME);

    private final Supplier<Set<String>> ownServices;
    private final Map<String, Boolean> serving = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile boolean draining;

    @Inject
    ServingState(@Any Instance<BindableService> services) {
        this(() -> services.stream()
                .map(service -> service.bindService().getServiceDescriptor().getName())
                .collect(Collectors.toSet()));
    }

    /** A state for the gRPC services that {@code ownServices} names; it is asked at each question. */
    public ServingState(Supplier<Set<String>> ownServices) {
        this.ownServices = () -> ownServices.get().stream()
                .filter(name -> !isInfrastructure(name))
                .collect(Collectors.toSet());
    }

    /**
     * Whether {@code name} (a service, or a method with its service) tells of the process and does none of its work: health,
     * reflection, the state of its models. Those answer to the last, and a stream of theirs holds no drain up.
     */
    static boolean isInfrastructure(String name) {
        return INFRASTRUCTURE.stream().anyMatch(name::startsWith);
    }

    /** Says whether {@code service} (full gRPC name; own, or one that is reached through this process) serves. */
    public void set(String service, boolean isServing) {
        Boolean before = serving.put(service, isServing);
        if (before == null || before != isServing) {
            listeners.forEach(Runnable::run);
        }
    }

    /**
     * Whether {@code service} serves; the empty name asks for all of the process's own services together. Empty if there is
     * no such service.
     */
    public Optional<Boolean> isServing(String service) {
        Set<String> own = ownServices.get();
        if (service.isEmpty()) {
            return Optional.of(!draining && own.stream().allMatch(name -> serving.getOrDefault(name, false)));
        }
        if (!own.contains(service) && !serving.containsKey(service)) {
            return Optional.empty();
        }
        return Optional.of(!draining && serving.getOrDefault(service, false));
    }

    /** From now on nothing serves any more. */
    public void drain() {
        draining = true;
        listeners.forEach(Runnable::run);
    }

    /** Whether {@link #drain} was called: streams that would not end by themselves are to be ended. */
    public boolean isDraining() {
        return draining;
    }

    /** Runs {@code listener} after each change, on the thread that made it, until {@link #removeListener}. */
    public void addListener(Runnable listener) {
        listeners.add(listener);
    }

    /** Ends {@link #addListener}. */
    public void removeListener(Runnable listener) {
        listeners.remove(listener);
    }
}
