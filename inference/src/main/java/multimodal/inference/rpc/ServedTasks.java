package multimodal.inference.rpc;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a process needs models for; a bean of each service.
 *
 * @param ofServices full name of each gRPC service to the tasks that it needs a model for
 * @param optional tasks that a service serves where there is a model, and serves without where there is none
 */
public record ServedTasks(Map<String, Set<String>> ofServices, Set<String> optional) {

    public ServedTasks {
        ofServices = Map.copyOf(ofServices);
        optional = Set.copyOf(optional);
    }

    /** Services that need all of their tasks. */
    public ServedTasks(Map<String, Set<String>> ofServices) {
        this(ofServices, Set.of());
    }

    /** The tasks of all services. */
    Set<String> all() {
        return Stream.concat(ofServices.values().stream().flatMap(Set::stream), optional.stream())
                .collect(Collectors.toSet());
    }
}
