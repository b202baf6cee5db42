package multimodal.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.ConnectivityState;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import multimodal.common.rpc.BalancedChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The watch over an instance's health, which grpc-services adds to a {@link BalancedChannel}. */
@Timeout(60)
class HealthWatchTest {
    /** Which thread sets a connection up is up to chance; about one in ten is the caller's here. */
    private static final int CONNECTION_COUNT = 30;

    /** Pieces of work between two pauses: many, but fewer than another thread gets done meanwhile. */
    private static final int WORK_COUNT = 30;

    private static final long PAUSE_NANOS = 1_000;

    private final Set<String> endedWatches = ConcurrentHashMap.newKeySet();
    private Server server;

    @BeforeEach
    void start() throws IOException {
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                // What comes is seen in the order in which it came.
                .directExecutor()
                .addService(new HealthyService())
                .build()
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.shutdownNow().awaitTermination();
    }

    @Test
    void aCallThatEndsDoesNotEndTheWatch() {
        for (int i = 0; i < CONNECTION_COUNT; i++) {
            String service = "connection " + i;
            ManagedChannel channel =
                    BalancedChannel.open(List.of("127.0.0.1:" + server.getPort()), Optional.of(service), 1024);
            try {
                try (Context.CancellableContext caller = Context.current().withCancellation()) {
                    caller.run(() -> connect(channel));
                }
                HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
                assertThat(endedWatches).doesNotContain(service);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    /** Gives the channel's own work to this thread whenever there is some. */
    private static void connect(ManagedChannel channel) {
        while (channel.getState(true) != ConnectivityState.READY) {
            for (int i = 0; i < WORK_COUNT; i++) {
                channel.resetConnectBackoff();
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private final class HealthyService extends HealthGrpc.HealthImplBase {
        @Override
        public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
            ((ServerCallStreamObserver<HealthCheckResponse>) observer)
                    .setOnCancelHandler(() -> endedWatches.add(request.getService()));
            observer.onNext(serving());
        }

        @Override
        public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
            observer.onNext(serving());
            observer.onCompleted();
        }

        private static HealthCheckResponse serving() {
            return HealthCheckResponse.newBuilder()
                    .setStatus(ServingStatus.SERVING)
                    .build();
        }
    }
}
