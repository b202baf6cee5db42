package multimodal.gateway.client;

import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The channels to the services below, by the name that stands in their proto package: {@code image}, {@code clip}, … */
public final class ServiceChannels implements AutoCloseable {
    /** Bytes of one answer; as much as a service takes for a request, and room for four large pictures. */
    private static final int MAX_INBOUND_MESSAGE_BYTES = 64 * 1024 * 1024;

    private static final Pattern PACKAGE = Pattern.compile("multimodal\\.([a-z]+)\\.v\\d+\\..+");

    private final Map<String, ManagedChannel> channels = new HashMap<>();
    private final List<ClientInterceptor> interceptors;

    /** Channels to {@code addresses} (gRPC targets, by service name); calls pass through {@code interceptors}. */
    public ServiceChannels(Map<String, String> addresses, List<ClientInterceptor> interceptors) {
        this.interceptors = interceptors;
        addresses.forEach((name, address) -> channels.put(name, open(address)));
    }

    /** The channel to the service {@code name}, which is configured. */
    public Channel channel(String name) {
        return ClientInterceptors.intercept(channels.get(name), interceptors);
    }

    /** The channel to whatever serves {@code symbol}, a full name such as {@code multimodal.image.v1.ImageService}. */
    public Optional<Channel> channelFor(String symbol) {
        Matcher matcher = PACKAGE.matcher(symbol);
        return matcher.matches() && channels.containsKey(matcher.group(1))
                ? Optional.of(channel(matcher.group(1)))
                : Optional.empty();
    }

    /** The names of the services below, sorted. */
    public List<String> names() {
        return List.copyOf(new TreeSet<>(channels.keySet()));
    }

    @Override
    public void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
    }

    private static ManagedChannel open(String address) {
        return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_INBOUND_MESSAGE_BYTES)
                .defaultLoadBalancingPolicy("round_robin")
                .build();
    }
}
