package multimodal.gateway.client;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.ListModelsResponse;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.ModelServiceGrpc.ModelServiceStub;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.UnloadModelResponse;

/**
 * The {@code ModelService} of all services below, as one: what they list is put together, a change goes to the service that
 * lists the model. Calls run within the {@link Context} of the caller.
 */
public final class RemoteModels {
    private static final int PATIENCE_SECONDS = 5;

    private final ServiceChannels channels;
    private final ScheduledExecutorService timer;

    /** The models behind {@code channels}; {@code timer} begins broken watches again. */
    public RemoteModels(ServiceChannels channels, ScheduledExecutorService timer) {
        this.channels = channels;
        this.timer = timer;
    }

    /** The models of every service, each with its service; services that do not answer within 5 s are named. */
    public CompletableFuture<ListModelsResponse> list() {
        return lists().thenApply(lists -> {
            ListModelsResponse.Builder all = ListModelsResponse.newBuilder();
            lists.forEach((service, answer) -> {
                if (answer.isCompletedExceptionally()) {
                    all.addSilentServices(service);
                } else {
                    answer.join().getModelsList().forEach(model -> all.addModels(of(service, model)));
                }
            });
            return all.build();
        });
    }

    /** Loads a model where it is; fails with {@code NOT_FOUND}, or {@code UNAVAILABLE} while a service is silent. */
    public CompletableFuture<LoadModelResponse> load(LoadModelRequest request) {
        Context caller = Context.current();
        return serviceOf(request.getModel()).thenCompose(service -> {
            CompletableFuture<LoadModelResponse> reply =
                    Reply.to(observer -> caller.run(() -> stub(service).loadModel(request, observer)));
            return reply.thenApply(answer ->
                    answer.toBuilder().setModel(of(service, answer.getModel())).build());
        });
    }

    /** Unloads a model where it is; fails as {@link #load}. */
    public CompletableFuture<UnloadModelResponse> unload(UnloadModelRequest request) {
        Context caller = Context.current();
        return serviceOf(request.getModel()).thenCompose(service -> {
            CompletableFuture<UnloadModelResponse> reply =
                    Reply.to(observer -> caller.run(() -> stub(service).unloadModel(request, observer)));
            return reply.thenApply(answer -> UnloadModelResponse.newBuilder()
                    .addAllModels(answer.getModelsList().stream()
                            .map(model -> of(service, model))
                            .toList())
                    .build());
        });
    }

    /** Tells {@code listener} the states of all models and their changes, until the {@link Context} is cancelled. */
    public void watch(Consumer<ModelStatus> listener) {
        channels.names()
                .forEach(service ->
                        new ModelWatch(stub(service), model -> listener.accept(of(service, model)), timer).start());
    }

    private CompletableFuture<Map<String, CompletableFuture<ListModelsResponse>>> lists() {
        Map<String, CompletableFuture<ListModelsResponse>> lists = new TreeMap<>();
        channels.names().forEach(service -> lists.put(service, listOf(service)));
        return CompletableFuture.allOf(lists.values().toArray(CompletableFuture<?>[]::new))
                .handle((done, oneFailed) -> lists);
    }

    private CompletableFuture<ListModelsResponse> listOf(String service) {
        return Reply.to(observer -> stub(service)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .listModels(ListModelsRequest.getDefaultInstance(), observer));
    }

    private CompletableFuture<String> serviceOf(ModelRef model) {
        return list().thenApply(all -> all.getModelsList().stream()
                .filter(known -> isMeant(model, known.getModel()))
                .map(ModelStatus::getService)
                .findFirst()
                .orElseThrow(() -> notFound(model, all)));
    }

    private static boolean isMeant(ModelRef wanted, ModelRef known) {
        boolean isVersion = wanted.getVersion().isEmpty() || wanted.getVersion().equals(known.getVersion());
        return isVersion && wanted.getName().equals(known.getName());
    }

    private static StatusRuntimeException notFound(ModelRef model, ListModelsResponse all) {
        if (all.getSilentServicesCount() > 0) {
            return Status.UNAVAILABLE
                    .withDescription("model.name: %s: not found, and %s did not answer"
                            .formatted(model.getName(), String.join(", ", all.getSilentServicesList())))
                    .asRuntimeException();
        }
        List<ModelRef> known =
                all.getModelsList().stream().map(ModelStatus::getModel).toList();
        TreeSet<String> names = new TreeSet<>();
        known.forEach(ref -> names.add(ref.getName()));
        if (!names.contains(model.getName())) {
            return notFound("model.name", model.getName(), "one of " + names);
        }
        List<String> versions = known.stream()
                .filter(ref -> ref.getName().equals(model.getName()))
                .map(ModelRef::getVersion)
                .toList();
        return notFound("model.version", model.getVersion(), "one of " + versions);
    }

    /** As the service itself would say it. */
    private static StatusRuntimeException notFound(String field, String value, String expected) {
        String message = "%s: %s (expected: %s)".formatted(field, value, expected);
        return Statuses.of(Code.NOT_FOUND, message, Statuses.violation(field, message));
    }

    private ModelServiceStub stub(String service) {
        return ModelServiceGrpc.newStub(channels.channel(service));
    }

    private static ModelStatus of(String service, ModelStatus model) {
        return model.toBuilder().setService(service).build();
    }
}
