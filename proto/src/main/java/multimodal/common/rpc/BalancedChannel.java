package multimodal.common.rpc;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.LoadBalancerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A channel to a service that runs as several instances, without encryption.
 *
 * <p>Calls take turns over the instances. An instance that comes back is used again within a second or so. A call that ends
 * with {@code UNAVAILABLE} before its answer has begun is made again, at another instance if there is one, up to {@value
 * #MAX_ATTEMPTS} times within a second or two; once anything of the answer is there, a call is never repeated. Requests larger
 * than 17 MiB are sent once.
 */
public final class BalancedChannel {
    private static final int MAX_ATTEMPTS = 4;
    /** As much as a service takes in one message, and what is around it. */
    private static final long RETRY_BYTES_OF_A_CALL = 17 * 1024 * 1024;

    private static final long RETRY_BYTES_OF_ALL_CALLS = 2 * RETRY_BYTES_OF_A_CALL;
    private static final int RECONNECT_SECONDS = 1;

    static {
        NameResolverRegistry.getDefaultRegistry().register(new AddressListProvider());
        LoadBalancerRegistry.getDefaultRegistry().register(new FleetRoundRobin());
    }

    private BalancedChannel() {}

    /**
     * Opens a channel.
     *
     * @param addresses {@code host:port} each, at least one; a host name stands for every address that it resolves to, as that
     *     of a headless Kubernetes Service does
     * @param healthService only instances whose health says that this gRPC service serves get calls (the empty name: the
     *     process as a whole); empty if the health of an instance is not to count. Takes {@code io.grpc:grpc-services}
     * @param maxMessageBytes bytes of one answer
     * @throws IllegalArgumentException if an address is malformed
     */
    public static ManagedChannel open(List<String> addresses, Optional<String> healthService, int maxMessageBytes) {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        AddressListProvider.target(addresses), InsecureChannelCredentials.create())
                .maxInboundMessageSize(maxMessageBytes)
                .defaultServiceConfig(serviceConfig(healthService))
                .perRpcBufferLimit(RETRY_BYTES_OF_A_CALL)
                .retryBufferSize(RETRY_BYTES_OF_ALL_CALLS)
                // Connections stay, so that the state of the channel always tells whether an instance serves.
                .idleTimeout(Long.MAX_VALUE, TimeUnit.DAYS)
                .build();
        reconnect(channel);
        return channel;
    }

    private static Map<String, Object> serviceConfig(Optional<String> healthService) {
        Map<String, Object> config = new HashMap<>();
        config.put("loadBalancingConfig", List.of(Map.of(FleetRoundRobin.POLICY, Map.of())));
        config.put("methodConfig", List.of(Map.of("name", List.of(Map.of()), "retryPolicy", retryPolicy())));
        healthService.ifPresent(name -> config.put("healthCheckConfig", Map.of("serviceName", name)));
        return config;
    }

    private static Map<String, Object> retryPolicy() {
        return Map.of(
                "maxAttempts",
                (double) MAX_ATTEMPTS,
                "initialBackoff",
                "0.05s",
                "maxBackoff",
                "1s",
                "backoffMultiplier",
                4.0,
                "retryableStatusCodes",
                List.of("UNAVAILABLE"));
    }

    /**
     * Looks for instances that have come (back), again and again: gRPC looks names up only when a connection breaks, and waits
     * up to two minutes before it tries an address again.
     */
    private static void reconnect(ManagedChannel channel) {
        if (!channel.isShutdown()) {
            channel.resetConnectBackoff();
            CompletableFuture.delayedExecutor(RECONNECT_SECONDS, TimeUnit.SECONDS)
                    .execute(() -> reconnect(channel));
        }
    }
}
