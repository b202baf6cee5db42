package multimodal.gateway.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.LatestStream;
import multimodal.common.rpc.ModelNames;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.UnloadModelResponse;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;
import multimodal.gateway.client.RemoteModels;

/** The models of the services below under one address. Nothing here blocks. */
@GrpcService
public class ModelGrpcService extends ModelServiceGrpc.ModelServiceImplBase {
    private final RemoteModels models;

    @Inject
    public ModelGrpcService(RemoteModels models) {
        this.models = models;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
        answer(observer, models::list);
    }

    @Override
    public void loadModel(LoadModelRequest request, StreamObserver<LoadModelResponse> observer) {
        answer(observer, () -> {
            ModelNames.check(request.getModel());
            return models.load(request);
        });
    }

    @Override
    public void unloadModel(UnloadModelRequest request, StreamObserver<UnloadModelResponse> observer) {
        answer(observer, () -> {
            ModelNames.check(request.getModel());
            return models.unload(request);
        });
    }

    @Override
    public void watchModels(WatchModelsRequest request, StreamObserver<WatchModelsResponse> observer) {
        LatestStream<String, WatchModelsResponse> stream = LatestStream.of(observer);
        models.watch(model -> stream.put(
                "%s %s/%s"
                        .formatted(
                                model.getService(),
                                model.getModel().getName(),
                                model.getModel().getVersion()),
                WatchModelsResponse.newBuilder().setModel(model).build()));
    }

    private static <T> void answer(StreamObserver<T> observer, Supplier<CompletableFuture<T>> call) {
        StreamWriter<T> writer = StreamWriter.of(observer);
        try {
            call.get().whenComplete((message, error) -> {
                if (error == null) {
                    writer.send(message);
                    writer.complete();
                } else {
                    writer.fail(error instanceof CompletionException wrapped ? wrapped.getCause() : error);
                }
            });
        } catch (RuntimeException e) {
            writer.fail(e);
        }
    }
}
