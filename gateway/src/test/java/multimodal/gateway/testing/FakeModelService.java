package multimodal.gateway.testing;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import multimodal.common.rpc.LatestStream;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.ModelState;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.UnloadModelResponse;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;

/** Models that are ready for ever; remembers what it was asked to change. */
public final class FakeModelService extends ModelServiceGrpc.ModelServiceImplBase {

    /** Requests to load and unload, in order. */
    public final List<Object> changes = new CopyOnWriteArrayList<>();

    private final List<ModelStatus> models;

    FakeModelService(String... models) {
        this.models = Arrays.stream(models)
                .map(model -> model.split("/"))
                .map(parts -> status(parts[0], parts[1]))
                .toList();
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
        observer.onNext(ListModelsResponse.newBuilder().addAllModels(models).build());
        observer.onCompleted();
    }

    @Override
    public void loadModel(LoadModelRequest request, StreamObserver<LoadModelResponse> observer) {
        changes.add(request);
        observer.onNext(LoadModelResponse.newBuilder().setModel(models.get(0)).build());
        observer.onCompleted();
    }

    @Override
    public void unloadModel(UnloadModelRequest request, StreamObserver<UnloadModelResponse> observer) {
        changes.add(request);
        observer.onError(Status.PERMISSION_DENIED.withDescription("not here").asRuntimeException());
    }

    @Override
    public void watchModels(WatchModelsRequest request, StreamObserver<WatchModelsResponse> observer) {
        LatestStream<ModelRef, WatchModelsResponse> stream = LatestStream.of(observer);
        models.forEach(model -> stream.put(
                model.getModel(),
                WatchModelsResponse.newBuilder().setModel(model).build()));
    }

    private static ModelStatus status(String name, String version) {
        return ModelStatus.newBuilder()
                .setModel(ModelRef.newBuilder().setName(name).setVersion(version))
                .setState(ModelState.MODEL_STATE_READY)
                .build();
    }
}
