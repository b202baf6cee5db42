package multimodal.gateway.proxy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.opentelemetry.api.trace.Span;
import java.util.List;

/** Passes one call on to the channel, message for message in both directions; deadline and cancel go along. */
final class ProxyHandler implements ServerCallHandler<byte[], byte[]> {
    private static final List<Metadata.Key<String>> TRACE_HEADERS = List.of(
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
            Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER));

    private final Channel channel;

    ProxyHandler(Channel channel) {
        this.channel = channel;
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> down, Metadata headers) {
        if (Span.current().getSpanContext().isValid()) {
            // The tracing interceptor of the channel writes its own, and a header that is put twice is there twice.
            TRACE_HEADERS.forEach(headers::discardAll);
        }
        ClientCall<byte[], byte[]> up = channel.newCall(down.getMethodDescriptor(), CallOptions.DEFAULT);
        ProxyCall call = new ProxyCall(down, up);
        up.start(call.upListener(), headers);
        down.request(1);
        up.request(1);
        return call.downListener();
    }
}
