package multimodal.gateway.proxy;

import io.grpc.Channel;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.gateway.client.ServiceChannels;

/**
 * {@code grpc.reflection} (v1 and v1alpha, which are the same on the wire) over this process and the services below.
 *
 * <p>What this process knows it answers itself; for the rest it asks the services. One that cannot be reached is left out.
 */
public final class MergedReflection {
    private static final String METHOD = "/ServerReflectionInfo";
    private static final String V1 = ServerReflectionGrpc.SERVICE_NAME;
    private static final String V1ALPHA = "grpc.reflection.v1alpha.ServerReflection";

    private final LocalReflection local;
    private final ServiceChannels channels;
    private final Map<String, ServerMethodDefinition<?, ?>> methods;

    /** Reflection over {@code own} services and those behind {@code channels}. */
    public MergedReflection(List<ServerServiceDefinition> own, ServiceChannels channels) {
        this.local = new LocalReflection(own, List.of(V1, V1ALPHA));
        this.channels = channels;
        this.methods = Map.of(V1 + METHOD, definition(V1 + METHOD), V1ALPHA + METHOD, definition(V1ALPHA + METHOD));
    }

    Optional<ServerMethodDefinition<?, ?>> lookupMethod(String method) {
        return Optional.ofNullable(methods.get(method));
    }

    private ServerMethodDefinition<?, ?> definition(String method) {
        MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> descriptor =
                MethodDescriptor.<ServerReflectionRequest, ServerReflectionResponse>newBuilder()
                        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                        .setFullMethodName(method)
                        .setRequestMarshaller(ProtoUtils.marshaller(ServerReflectionRequest.getDefaultInstance()))
                        .setResponseMarshaller(ProtoUtils.marshaller(ServerReflectionResponse.getDefaultInstance()))
                        .build();
        return ServerMethodDefinition.create(descriptor, ServerCalls.asyncBidiStreamingCall(this::open));
    }

    private StreamObserver<ServerReflectionRequest> open(StreamObserver<ServerReflectionResponse> responses) {
        List<Channel> below = channels.names().stream().map(channels::channel).toList();
        return new ReflectionCall(local, below, responses);
    }
}
