package multimodal.common.server;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * {@code grpc.health.v1.Health} over {@link ServingState}.
 *
 * <p>Stands in for Quarkus' own, which says SERVING as soon as the port is open and knows every name.
 */
@GrpcService
public class HealthGrpcService extends HealthGrpc.HealthImplBase {
    /** The protocol's number for it; the stubs at hand are older than the value. */
    private static final int SERVICE_UNKNOWN = 3;

    private final ServingState state;

    @Inject
    public HealthGrpcService(ServingState state) {
        this.state = state;
    }

    @Override
    public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
        Optional<Boolean> serving = state.isServing(request.getService());
        if (serving.isEmpty()) {
            observer.onError(Status.NOT_FOUND
                    .withDescription("unknown service: " + request.getService())
                    .asRuntimeException());
            return;
        }
        observer.onNext(render(serving));
        observer.onCompleted();
    }

    @Override
    public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
        Watcher watcher =
                new Watcher(state, request.getService(), (ServerCallStreamObserver<HealthCheckResponse>) observer);
        watcher.start();
    }

    private static HealthCheckResponse render(Optional<Boolean> serving) {
        int status = serving.map(yes -> yes ? ServingStatus.SERVING_VALUE : ServingStatus.NOT_SERVING_VALUE)
                .orElse(SERVICE_UNKNOWN);
        return HealthCheckResponse.newBuilder().setStatusValue(status).build();
    }

    /** One caller of {@code Watch}: is told the state at once, and again whenever it changes. */
    private static final class Watcher implements Runnable {
        private final ServingState state;
        private final String service;
        private final ServerCallStreamObserver<HealthCheckResponse> observer;
        private HealthCheckResponse last;

        Watcher(ServingState state, String service, ServerCallStreamObserver<HealthCheckResponse> observer) {
            this.state = state;
            this.service = service;
            this.observer = observer;
        }

        void start() {
            observer.setOnCancelHandler(() -> state.removeListener(this));
            state.addListener(this);
            run();
        }

        @Override
        public synchronized void run() {
            HealthCheckResponse now = render(state.isServing(service));
            if (!now.equals(last)) {
                last = now;
                observer.onNext(now);
            }
        }
    }
}
