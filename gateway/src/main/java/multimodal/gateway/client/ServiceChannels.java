package multimodal.gateway.client;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Consumer;
import multimodal.common.rpc.BalancedChannel;

/**
 * The channels to the services below, each of which may run as several instances: one to each service by its name ({@code
 * image}, {@code clip}, …), and one to each of its gRPC services, which reaches only the instances that serve it.
 */
public final class ServiceChannels implements AutoCloseable {
    /** Bytes of one answer; as much as a service takes for a request, and room for four large pictures. */
    private static final int MAX_INBOUND_MESSAGE_BYTES = 64 * 1024 * 1024;

    private final Map<String, ManagedChannel> processes = new HashMap<>();
    private final Map<String, ManagedChannel> grpcServices = new HashMap<>();
    private final List<ClientInterceptor> interceptors;

    /** Channels to {@code services}, by name; calls pass through {@code interceptors}. */
    public ServiceChannels(Map<String, RemoteService> services, List<ClientInterceptor> interceptors) {
        this.interceptors = interceptors;
        services.forEach((name, service) -> {
            processes.put(name, open(service, Optional.empty()));
            service.grpcServices()
                    .forEach(grpcService -> grpcServices.put(grpcService, open(service, Optional.of(grpcService))));
        });
    }

    /**
     * The channel to the service {@code name}, which is configured: for what tells of a process, such as reflection and the
     * state of its models, and so must reach also one that does not serve.
     */
    public Channel channel(String name) {
        return intercepted(processes.get(name));
    }

    /** The channel to the instances that serve {@code grpcService}, a full name; empty if it is not configured. */
    public Optional<Channel> serving(String grpcService) {
        return Optional.ofNullable(grpcServices.get(grpcService)).map(this::intercepted);
    }

    /** The names of the services below, sorted. */
    public List<String> names() {
        return List.copyOf(new TreeSet<>(processes.keySet()));
    }

    /** Tells {@code listener} whether any instance serves {@code grpcService}, which is configured: now and at each change. */
    public void watch(String grpcService, Consumer<Boolean> listener) {
        watch(grpcServices.get(grpcService), listener);
    }

    @Override
    public void close() {
        processes.values().forEach(ManagedChannel::shutdownNow);
        grpcServices.values().forEach(ManagedChannel::shutdownNow);
    }

    private static void watch(ManagedChannel channel, Consumer<Boolean> listener) {
        ConnectivityState state = channel.getState(true);
        listener.accept(state == ConnectivityState.READY);
        if (state != ConnectivityState.SHUTDOWN) {
            channel.notifyWhenStateChanged(state, () -> watch(channel, listener));
        }
    }

    private Channel intercepted(Channel channel) {
        return ClientInterceptors.intercept(channel, interceptors);
    }

    private static ManagedChannel open(RemoteService service, Optional<String> grpcService) {
        return BalancedChannel.open(service.addresses(), grpcService, MAX_INBOUND_MESSAGE_BYTES);
    }
}
