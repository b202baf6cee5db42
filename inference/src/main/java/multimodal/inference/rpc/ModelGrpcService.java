package multimodal.inference.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.Executor;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.LatestStream;
import multimodal.common.rpc.ModelNames;
import multimodal.common.rpc.Statuses;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.UnloadModelResponse;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelListener;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelStatus;
import multimodal.inference.repository.ModelId;

/** {@code multimodal.common.v1.ModelService} over the registry of the process; every service that runs models has it. */
@GrpcService
public class ModelGrpcService extends ModelServiceGrpc.ModelServiceImplBase {

    private final ModelRegistry registry;
    private final Executor executor;
    private final boolean allowsChanges;

    @Inject
    ModelGrpcService(InferenceRuntime runtime, CallExecutor executor, InferenceConfig config) {
        this(runtime.registry(), executor, config.lifecycle().allowChanges());
    }

    /**
     * A service over a registry.
     *
     * @param executor bounded; a call that waits for a model holds a thread of it
     * @param allowsChanges whether models may be loaded and unloaded
     */
    public ModelGrpcService(ModelRegistry registry, Executor executor, boolean allowsChanges) {
        this.registry = registry;
        this.executor = executor;
        this.allowsChanges = allowsChanges;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> observer) {
        writer(observer)
                .run(
                        executor,
                        call -> call.send(ListModelsResponse.newBuilder()
                                .addAllModels(ModelMessages.render(registry.statuses()))
                                .build()));
    }

    @Override
    public void loadModel(LoadModelRequest request, StreamObserver<LoadModelResponse> observer) {
        writer(observer).run(executor, call -> {
            ModelNames.check(request.getModel());
            checkAllowed();
            ModelStatus loaded = registry.load(
                    request.getModel().getName(),
                    ModelNames.version(request.getModel()),
                    request.getReplace(),
                    RequestContexts.current());
            call.send(LoadModelResponse.newBuilder()
                    .setModel(ModelMessages.render(loaded))
                    .build());
        });
    }

    @Override
    public void unloadModel(UnloadModelRequest request, StreamObserver<UnloadModelResponse> observer) {
        writer(observer).run(executor, call -> {
            ModelNames.check(request.getModel());
            checkAllowed();
            List<ModelStatus> unloaded = registry.unload(
                    request.getModel().getName(), ModelNames.version(request.getModel()), RequestContexts.current());
            call.send(UnloadModelResponse.newBuilder()
                    .addAllModels(ModelMessages.render(unloaded))
                    .build());
        });
    }

    @Override
    public void watchModels(WatchModelsRequest request, StreamObserver<WatchModelsResponse> observer) {
        LatestStream<ModelId, WatchModelsResponse> stream = LatestStream.of(observer);
        ModelListener listener = event -> stream.put(
                event.model(),
                WatchModelsResponse.newBuilder()
                        .setModel(ModelMessages.render(registry.status(event.model())))
                        .build());
        registry.addListener(listener);
        stream.onEnd(() -> registry.removeListener(listener));
    }

    private void checkAllowed() {
        if (!allowsChanges) {
            throw Statuses.of(
                    Code.PERMISSION_DENIED,
                    "models may not be changed here (inference.lifecycle.allow-changes: false)");
        }
    }

    private static <T> StreamWriter<T> writer(StreamObserver<T> observer) {
        return StreamWriter.of(observer, ModelGrpcService::status);
    }

    /** Whoever manages models is the one who can mend a wrong one, and is told what is wrong with it. */
    private static StatusRuntimeException status(Throwable error) {
        return error instanceof InferenceException known && known.kind() == ErrorKind.MISCONFIGURED
                ? Statuses.of(Code.FAILED_PRECONDITION, known.getMessage())
                : InferenceStatuses.of(error);
    }
}
