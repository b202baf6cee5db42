package multimodal.gateway.client;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import multimodal.common.v1.ModelServiceGrpc.ModelServiceStub;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;

/** Follows the models of one service below for as long as the caller's {@link Context} lives, however often it breaks. */
final class ModelWatch implements StreamObserver<WatchModelsResponse> {
    private static final int RESTART_MILLIS = 500;

    private final ModelServiceStub stub;
    private final Consumer<ModelStatus> listener;
    private final ScheduledExecutorService timer;
    private final Context caller = Context.current();

    /** A watch that {@code timer} begins again until it is shut down. */
    ModelWatch(ModelServiceStub stub, Consumer<ModelStatus> listener, ScheduledExecutorService timer) {
        this.stub = stub;
        this.listener = listener;
        this.timer = timer;
    }

    void start() {
        caller.run(() -> stub.withWaitForReady().watchModels(WatchModelsRequest.getDefaultInstance(), this));
    }

    @Override
    public void onNext(WatchModelsResponse response) {
        listener.accept(response.getModel());
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
        if (!caller.isCancelled() && !timer.isShutdown()) {
            timer.schedule(this::start, RESTART_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
