package multimodal.testing;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;

/** A real server on a free port of the loopback interface, and a channel that takes 64 KiB which nobody has read yet. */
public final class LoopbackServer implements AutoCloseable {
    public static final int WINDOW_BYTES = 64 * 1024;

    private final Server server;
    private final ManagedChannel channel;

    public LoopbackServer(BindableService service, ServerInterceptor... interceptors) throws IOException {
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(ServerInterceptors.intercept(service, interceptors))
                .build()
                .start();
        channel = connect();
    }

    /** The port that it listens at. */
    public int port() {
        return server.getPort();
    }

    public ManagedChannel channel() {
        return channel;
    }

    /** Another channel like {@link #channel}, which its caller shuts down. */
    public ManagedChannel connect() {
        return NettyChannelBuilder.forAddress("localhost", server.getPort())
                .usePlaintext()
                .flowControlWindow(WINDOW_BYTES)
                .build();
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow();
        server.awaitTermination();
    }
}
