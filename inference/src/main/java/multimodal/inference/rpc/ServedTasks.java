package multimodal.inference.rpc;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a process needs models for; a bean of each service.
 *
 * @param ofServices full name of each gRPC service to the tasks that it needs a model for
 */
public record ServedTasks(Map<String, Set<String>> ofServices) {

    public ServedTasks {
        ofServices = Map.copyOf(ofServices);
    }

    /** The tasks of all services. */
    Set<String> all() {
        return ofServices.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
    }
}
