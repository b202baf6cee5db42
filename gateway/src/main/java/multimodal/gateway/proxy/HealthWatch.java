package multimodal.gateway.proxy;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import multimodal.common.server.ServingState;

/** Follows the health of one gRPC service below, so that this process can tell it under the same name. */
public final class HealthWatch implements StreamObserver<HealthCheckResponse> {
    private static final int RESTART_MILLIS = 500;

    private final Channel channel;
    private final String service;
    private final ServingState state;
    private final ScheduledExecutorService timer;

    /** A watch of {@code service} behind {@code channel}, written to {@code state}; {@code timer} starts it again. */
    public HealthWatch(Channel channel, String service, ServingState state, ScheduledExecutorService timer) {
        this.channel = channel;
        this.service = service;
        this.state = state;
        this.timer = timer;
    }

    /** Begins; goes on until the channel or the timer is shut down. */
    public void start() {
        state.set(service, false);
        HealthGrpc.newStub(channel)
                .withWaitForReady()
                .watch(HealthCheckRequest.newBuilder().setService(service).build(), this);
    }

    @Override
    public void onNext(HealthCheckResponse response) {
        state.set(service, response.getStatus() == ServingStatus.SERVING);
    }

    @Override
    public void onError(Throwable error) {
        restart();
    }

    @Override
    public void onCompleted() {
        restart();
    }

    private void restart() {
        state.set(service, false);
        if (!timer.isShutdown()) {
            timer.schedule(this::start, RESTART_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
