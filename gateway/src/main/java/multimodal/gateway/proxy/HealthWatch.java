package multimodal.gateway.proxy;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Channel;
import java.util.concurrent.ScheduledExecutorService;
import multimodal.common.server.ServingState;
import multimodal.gateway.client.LastingWatch;

/** Follows the health of one gRPC service below, so that this process can tell it under the same name. */
public final class HealthWatch extends LastingWatch<HealthCheckResponse> {
    private final Channel channel;
    private final String service;
    private final ServingState state;

    /** A watch of {@code service} behind {@code channel}, written to {@code state}; {@code timer} starts it again. */
    public HealthWatch(Channel channel, String service, ServingState state, ScheduledExecutorService timer) {
        super(timer);
        this.channel = channel;
        this.service = service;
        this.state = state;
    }

    @Override
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
    protected boolean goesOn() {
        state.set(service, false);
        return true;
    }
}
