package multimodal.inference.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.ListModelsRequest;
import multimodal.common.v1.LoadModelRequest;
import multimodal.common.v1.LoadModelResponse;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.ModelServiceGrpc.ModelServiceBlockingStub;
import multimodal.common.v1.ModelState;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.UnloadModelRequest;
import multimodal.common.v1.UnloadModelResponse;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;
import multimodal.inference.lifecycle.LifecycleSettings;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.testing.ToyModels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ModelService} promises, over a real socket; after each test it must still answer. */
@Timeout(60)
class ModelServiceContractTest {

    @TempDir
    private Path root;

    private final CallExecutor executor = new CallExecutor("call", 4, 16);
    private ToyModels toys;
    private ModelRegistry registry;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void serveOneModel() throws IOException {
        toys = new ToyModels(root);
        toys.write("adder", "1");
        registry = toys.registry(LifecycleSettings.DEFAULT);
        registry.load(Set.of(ToyModels.TASK));
        start(true);
    }

    private void start(boolean allowsChanges) throws IOException {
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new ModelGrpcService(registry, executor, allowsChanges))
                .build()
                .start();
        channel = Grpc.newChannelBuilder("localhost:" + server.getPort(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void stillAnswersAndStops() throws InterruptedException {
        assertThat(list()).isNotEmpty();
        stop();
        registry.close();
        executor.close();
    }

    private void stop() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
    }

    @Test
    void modelsAreListedInMemoryOrNot() {
        toys.write("adder", "2");
        try (ModelHandle used = registry.find(ToyModels.TASK, Optional.empty(), Optional.empty())) {
            ModelStatus ready = list().get(0);
            assertThat(used.manifest().id().version())
                    .isEqualTo(ready.getModel().getVersion())
                    .isEqualTo("1");
            assertThat(ready.getModel().getName()).isEqualTo("adder");
            assertThat(ready.getTask()).isEqualTo(ToyModels.TASK);
            assertThat(ready.getState()).isEqualTo(ModelState.MODEL_STATE_READY);
            assertThat(ready.getEngine()).isEqualTo("toy");
            assertThat(ready.getMemoryBytes()).isEqualTo("adder1".length());
            assertThat(ready.getActiveCallCount()).isEqualTo(1);
        }
        ModelStatus unloaded = list().get(1);
        assertThat(unloaded.getModel().getVersion()).isEqualTo("2");
        assertThat(unloaded.getState()).isEqualTo(ModelState.MODEL_STATE_UNLOADED);
        assertThat(unloaded.getMemoryBytes()).isZero();
        assertThat(list().get(0).getActiveCallCount()).isZero();
    }

    @Test
    void loadTakesTheNewestAndReplacesIfAsked() {
        toys.write("adder", "2");

        assertThat(load("adder", "").getModel().getModel().getVersion()).isEqualTo("2");
        assertThat(list())
                .extracting(ModelStatus::getState)
                .containsExactly(ModelState.MODEL_STATE_READY, ModelState.MODEL_STATE_READY);
        stub().loadModel(LoadModelRequest.newBuilder()
                .setModel(ref("adder", "2"))
                .setReplace(true)
                .build());
        unload("adder", "1");
        assertThat(list())
                .extracting(ModelStatus::getState)
                .containsExactly(ModelState.MODEL_STATE_UNLOADED, ModelState.MODEL_STATE_READY);
    }

    @Test
    void loadingTwiceAnswersTwiceAndLoadsOnce() {
        assertThat(load("adder", "1")).isEqualTo(load("adder", ""));
        assertThat(toys.moves).containsExactly("adder/1 loaded");
    }

    @Test
    void unloadingTwiceAnswersTwice() {
        assertThat(unload("adder", "1").getModels(0).getState()).isEqualTo(ModelState.MODEL_STATE_UNLOADED);
        assertThat(unload("adder", "")).isEqualTo(unload("adder", "1"));
        assertThat(toys.moves).containsExactly("adder/1 loaded", "adder/1 closed");
    }

    @Test
    void unloadWaitsForTheCallsInUse() throws Exception {
        CompletableFuture<UnloadModelResponse> unload;
        try (ModelHandle used = registry.find(ToyModels.TASK, Optional.empty(), Optional.empty())) {
            unload = CompletableFuture.supplyAsync(() -> unload("adder", ""));
            awaitState(ModelState.MODEL_STATE_DRAINING);
            assertThat(ToyModels.run(used)).isEqualTo(1);
            assertThat(unload).isNotDone();
        }
        assertThat(unload.get().getModels(0).getState()).isEqualTo(ModelState.MODEL_STATE_UNLOADED);
    }

    @Test
    void callerWhoLeavesEndsItsWaitAndNotTheUnload() throws Exception {
        Context.CancellableContext context = Context.current().withCancellation();
        try (ModelHandle used = registry.find(ToyModels.TASK, Optional.empty(), Optional.empty())) {
            CompletableFuture<StatusRuntimeException> end = new CompletableFuture<>();
            executor.execute(() -> end.complete(failure(() -> context.run(() -> unload("adder", "")))));
            awaitState(ModelState.MODEL_STATE_DRAINING);

            context.cancel(null);
            assertThat(end.get().getStatus().getCode()).isEqualTo(Code.CANCELLED);
            assertThat(ToyModels.run(used)).isEqualTo(1);
        }
        awaitState(ModelState.MODEL_STATE_UNLOADED);
    }

    @Test
    void unknownNamesAndVersionsAreNotFoundAndToldWithWhatThereIs() {
        StatusRuntimeException name = failure(() -> load("addder", ""));
        assertThat(name.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(name.getStatus().getDescription()).isEqualTo("model.name: addder (expected: one of [adder])");
        StatusRuntimeException version = failure(() -> load("adder", "7"));
        assertThat(version.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(fields(version)).containsExactly("model.version");
        assertThat(failure(() -> unload("nobody", "")).getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure(() -> unload("adder", "7")).getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../adder", "adder/1", "a b", "模型"})
    void namesThatAreNoneAreInvalid(String name) {
        assertInvalid(() -> load(name, ""), "model.name");
        assertInvalid(() -> unload(name, ""), "model.name");
        if (!name.isEmpty()) {
            assertInvalid(() -> load("adder", name), "model.version");
            assertInvalid(() -> unload(name, name), "model.name", "model.version");
        }
    }

    @Test
    void nameOfMoreThan128CharactersIsInvalid() {
        assertInvalid(() -> load("x".repeat(129), ""), "model.name");
        assertThat(failure(() -> load("x".repeat(128), "")).getStatus().getCode())
                .isEqualTo(Code.NOT_FOUND);
    }

    @Test
    void modelWhoseFilesAreWrongIsAFailedPreconditionAndStaysListed() throws IOException {
        toys.write("adder", "2");
        Files.writeString(root.resolve("adder/2/adder.onnx"), "something else");

        StatusRuntimeException error = failure(() -> load("adder", "2"));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
        assertThat(error.getStatus().getDescription()).contains("adder.onnx: sha256");
        assertThat(list().get(1).getState()).isEqualTo(ModelState.MODEL_STATE_FAILED);
        assertThat(list().get(1).getProblem()).contains("adder.onnx: sha256");
    }

    @Test
    void bugOfTheEngineIsHiddenBehindAnId() {
        toys.write("adder", "2");
        toys.beforeLoad.set(() -> {
            throw new IllegalStateException("secret");
        });

        StatusRuntimeException error = failure(() -> load("adder", "2"));

        assertThat(error.getStatus().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(error.getStatus().getDescription()).startsWith("internal error ");
        assertThat(list().get(1).getProblem()).isNotEmpty().doesNotContain("secret");
    }

    @Test
    void changesAreDeniedWhereTheyAreSwitchedOff() throws Exception {
        stop();
        start(false);

        assertThat(failure(() -> load("adder", "1")).getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
        assertThat(failure(() -> unload("adder", "1")).getStatus().getCode()).isEqualTo(Code.PERMISSION_DENIED);
    }

    @Test
    void watchTellsWhatIsAndThenEveryChange() {
        Context.CancellableContext context = Context.current().withCancellation();
        context.run(() -> {
            Iterator<WatchModelsResponse> states = stub().watchModels(WatchModelsRequest.getDefaultInstance());

            assertThat(states.next().getModel().getState()).isEqualTo(ModelState.MODEL_STATE_READY);
            unload("adder", "");
            assertThat(states.next().getModel().getState())
                    .isIn(ModelState.MODEL_STATE_DRAINING, ModelState.MODEL_STATE_UNLOADED);
            toys.write("adder", "2");
            load("adder", "2");
            ModelStatus last = states.next().getModel();
            while (last.getState() != ModelState.MODEL_STATE_READY) {
                last = states.next().getModel();
            }
            assertThat(last.getModel().getVersion()).isEqualTo("2");
        });
        context.cancel(null);
    }

    @Test
    void oldVersionServesWhileAnotherLoads() throws Exception {
        toys.write("adder", "2");
        CountDownLatch mayLoad = new CountDownLatch(1);
        toys.beforeLoad.set(() -> {
            try {
                mayLoad.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        CompletableFuture<LoadModelResponse> load = CompletableFuture.supplyAsync(() -> load("adder", "2"));
        while (list().get(1).getState() != ModelState.MODEL_STATE_LOADING) {
            Thread.onSpinWait();
        }

        assertThat(ToyModels.ask(registry)).isEqualTo(1);
        mayLoad.countDown();
        assertThat(load.get().getModel().getState()).isEqualTo(ModelState.MODEL_STATE_READY);
        assertThat(ToyModels.ask(registry)).isEqualTo(2);
    }

    private void awaitState(ModelState state) {
        while (list().get(0).getState() != state) {
            Thread.onSpinWait();
        }
    }

    private List<ModelStatus> list() {
        return stub().listModels(ListModelsRequest.getDefaultInstance()).getModelsList();
    }

    private LoadModelResponse load(String name, String version) {
        return stub().loadModel(LoadModelRequest.newBuilder()
                .setModel(ref(name, version))
                .build());
    }

    private UnloadModelResponse unload(String name, String version) {
        return stub().unloadModel(UnloadModelRequest.newBuilder()
                .setModel(ref(name, version))
                .build());
    }

    private ModelServiceBlockingStub stub() {
        return ModelServiceGrpc.newBlockingStub(channel);
    }

    private static ModelRef ref(String name, String version) {
        return ModelRef.newBuilder().setName(name).setVersion(version).build();
    }

    private static void assertInvalid(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String... fields) {
        StatusRuntimeException error = failure(call);
        assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(fields(error)).containsExactly(fields);
    }

    private static List<String> fields(StatusRuntimeException error) {
        return Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(FieldViolation::getField)
                .toList();
    }

    private static StatusRuntimeException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }
}
