package multimodal.gateway.proxy;

import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.Optional;
import multimodal.common.rpc.BytesMarshaller;
import multimodal.gateway.client.ServiceChannels;

/** Finds a handler for every method of the services below, and for reflection over all of them. */
public final class PassThrough extends HandlerRegistry {
    private final ServiceChannels channels;
    private final MergedReflection reflection;
    private final List<ServerInterceptor> interceptors;

    /** A registry whose methods pass through {@code interceptors}, the last one first, as gRPC has it. */
    public PassThrough(ServiceChannels channels, MergedReflection reflection, List<ServerInterceptor> interceptors) {
        this.channels = channels;
        this.reflection = reflection;
        this.interceptors = interceptors;
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String method, String authority) {
        Optional<ServerMethodDefinition<?, ?>> own = reflection.lookupMethod(method);
        return own.orElseGet(() -> channels.serving(MethodDescriptor.extractFullServiceName(method))
                .map(channel -> intercepted(descriptor(method), new ProxyHandler(channel)))
                .orElse(null));
    }

    private ServerMethodDefinition<?, ?> intercepted(MethodDescriptor<byte[], byte[]> method, ProxyHandler handler) {
        ServerServiceDefinition service = ServerServiceDefinition.builder(method.getServiceName())
                .addMethod(method, handler)
                .build();
        return ServerInterceptors.intercept(service, interceptors).getMethod(method.getFullMethodName());
    }

    private static MethodDescriptor<byte[], byte[]> descriptor(String method) {
        return MethodDescriptor.newBuilder(BytesMarshaller.INSTANCE, BytesMarshaller.INSTANCE)
                .setFullMethodName(method)
                .setType(MethodDescriptor.MethodType.UNKNOWN)
                .build();
    }
}
