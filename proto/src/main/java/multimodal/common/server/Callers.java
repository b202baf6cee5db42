package multimodal.common.server;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Who calls: the key by which callers get equal shares. It is the header {@code x-api-key}; without it {@code x-fleet-caller},
 * which a gateway sets for the client it calls on behalf of; without that the peer's address. Nobody vouches for the headers:
 * a caller who makes keys up is several callers.
 */
@Singleton
@GlobalInterceptor
public class Callers implements ServerInterceptor, ClientInterceptor {
    /** Header by which a caller tells who it is. */
    public static final Metadata.Key<String> API_KEY = Metadata.Key.of("x-api-key", Metadata.ASCII_STRING_MARSHALLER);

    private static final Metadata.Key<String> ON_BEHALF_OF =
            Metadata.Key.of("x-fleet-caller", Metadata.ASCII_STRING_MARSHALLER);
    private static final Context.Key<String> CALLER = Context.keyWithDefault("caller", "");

    /** The caller of the call that runs in the current {@link Context}; empty outside of one. */
    public static String current() {
        return CALLER.get();
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        Context context = Context.current().withValue(CALLER, caller(call, headers));
        return Contexts.interceptCall(context, call, headers, next);
    }

    /** Tells the service below on whose behalf it is called. */
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
        String caller = current();
        return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
            @Override
            public void start(Listener<R> listener, Metadata headers) {
                if (!caller.isEmpty()) {
                    headers.discardAll(ON_BEHALF_OF);
                    headers.put(ON_BEHALF_OF, caller);
                }
                super.start(listener, headers);
            }
        };
    }

    private static String caller(ServerCall<?, ?> call, Metadata headers) {
        if (headers.containsKey(API_KEY)) {
            return headers.get(API_KEY);
        }
        if (headers.containsKey(ON_BEHALF_OF)) {
            return headers.get(ON_BEHALF_OF);
        }
        SocketAddress peer = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return peer instanceof InetSocketAddress address ? address.getAddress().getHostAddress() : String.valueOf(peer);
    }
}
