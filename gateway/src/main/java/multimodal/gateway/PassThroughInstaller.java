package multimodal.gateway;

import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.grpc.api.ServerBuilderCustomizer;
import io.quarkus.grpc.runtime.config.GrpcServerConfiguration;
import io.vertx.grpc.VertxServerBuilder;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.spi.Prioritized;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.proxy.MergedReflection;
import multimodal.gateway.proxy.PassThrough;

/** Makes the server ask {@link PassThrough} for methods that it does not have itself. */
@Singleton
public class PassThroughInstaller implements ServerBuilderCustomizer<VertxServerBuilder> {
    private final ServiceChannels channels;
    private final Instance<BindableService> ownServices;
    private final Instance<ServerInterceptor> interceptors;

    @Inject
    PassThroughInstaller(
            ServiceChannels channels,
            @Any Instance<BindableService> ownServices,
            @GlobalInterceptor Instance<ServerInterceptor> interceptors) {
        this.channels = channels;
        this.ownServices = ownServices;
        this.interceptors = interceptors;
    }

    @Override
    public void customize(GrpcServerConfiguration config, VertxServerBuilder builder) {
        List<ServerServiceDefinition> own =
                ownServices.stream().map(BindableService::bindService).toList();
        // The server applies its global interceptors to its own methods only.
        List<ServerInterceptor> sorted = interceptors.stream()
                .sorted(Comparator.comparingInt(PassThroughInstaller::priority))
                .toList();
        builder.fallbackHandlerRegistry(new PassThrough(channels, new MergedReflection(own, channels), sorted));
    }

    private static int priority(ServerInterceptor interceptor) {
        return interceptor instanceof Prioritized prioritized ? prioritized.getPriority() : 0;
    }
}
