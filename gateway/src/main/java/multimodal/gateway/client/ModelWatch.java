package multimodal.gateway.client;

import io.grpc.Context;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import multimodal.common.v1.ModelServiceGrpc.ModelServiceStub;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;

/** Follows the models of one service below for as long as the caller's {@link Context} lives, however often it breaks. */
final class ModelWatch extends LastingWatch<WatchModelsResponse> {
    private final ModelServiceStub stub;
    private final Consumer<ModelStatus> listener;
    private final Context caller = Context.current();

    ModelWatch(ModelServiceStub stub, Consumer<ModelStatus> listener, ScheduledExecutorService timer) {
        super(timer);
        this.stub = stub;
        this.listener = listener;
    }

    @Override
    public void start() {
        caller.run(() -> stub.withWaitForReady().watchModels(WatchModelsRequest.getDefaultInstance(), this));
    }

    @Override
    public void onNext(WatchModelsResponse response) {
        listener.accept(response.getModel());
    }

    @Override
    protected boolean goesOn() {
        return !caller.isCancelled();
    }
}
