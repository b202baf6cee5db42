package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.testing.ToyModels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that come and go while a registry serves. */
@Timeout(60)
class ModelChangesTest {

    private static final RequestContext PATIENT = RequestContext.detached();

    @TempDir
    private Path root;

    private ToyModels toys;
    private ModelRegistry registry;

    @BeforeEach
    void serveVersionOne() {
        toys = new ToyModels(root);
        toys.write("adder", "1");
        registry = toys.registry(LifecycleSettings.DEFAULT);
        registry.load(Set.of(ToyModels.TASK));
    }

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void newVersionTakesTheTrafficAndTheOldOneClosesWhenItsLastUserIsDone() {
        toys.write("adder", "2");
        try (ModelHandle old = find()) {
            ModelStatus loaded = load(Optional.of("2"), true);

            assertThat(loaded.state()).isEqualTo(ModelState.READY);
            assertThat(ToyModels.ask(registry)).isEqualTo(2);
            assertThat(ToyModels.run(old)).isEqualTo(1);
            assertThat(state("1")).isEqualTo(ModelState.DRAINING);
        }
        unload(Optional.of("1"));

        assertThat(toys.moves).containsExactly("adder/1 loaded", "adder/2 loaded", "adder/1 closed");
        assertThat(state("1")).isEqualTo(ModelState.CLOSED);
    }

    @Test
    void oldVersionServesWhileTheNewOneLoadsAndIfItDoesNotLoad() throws Exception {
        toys.write("adder", "2");
        CountDownLatch loading = new CountDownLatch(1);
        CountDownLatch mayFail = new CountDownLatch(1);
        toys.beforeLoad.set(() -> {
            loading.countDown();
            await(mayFail);
            throw new IllegalStateException("not a graph");
        });
        CompletableFuture<ModelStatus> load = CompletableFuture.supplyAsync(() -> load(Optional.empty(), true));
        loading.await();

        assertThat(state("2")).isEqualTo(ModelState.LOADING);
        assertThat(ToyModels.ask(registry)).isEqualTo(1);
        mayFail.countDown();

        assertThat(load.handle((done, problem) -> problem).get()).hasRootCauseMessage("not a graph");
        assertThat(state("2")).isEqualTo(ModelState.FAILED);
        assertThat(ToyModels.ask(registry)).isEqualTo(1);
    }

    @Test
    void loadingTwiceLoadsOnce() {
        load(Optional.of("1"), false);

        assertThat(toys.moves).containsExactly("adder/1 loaded");
    }

    @Test
    void unloadWaitsForUsersAndComesBackByLoad() throws Exception {
        ModelHandle user = find();
        CompletableFuture<List<ModelStatus>> unload = CompletableFuture.supplyAsync(() -> unload(Optional.empty()));
        awaitState("1", ModelState.DRAINING);

        assertThat(kindOf(this::find)).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(ToyModels.run(user)).isEqualTo(1);
        assertThat(unload).isNotDone();
        user.close();
        assertThat(unload.get()).extracting(ModelStatus::state).containsExactly(ModelState.CLOSED);

        load(Optional.empty(), false);
        assertThat(ToyModels.ask(registry)).isEqualTo(1);
        assertThat(toys.moves).containsExactly("adder/1 loaded", "adder/1 closed", "adder/1 loaded");
    }

    @Test
    void workThatOutlastsTheDrainTimeoutEndsAsUnavailable() {
        LifecycleSettings impatient =
                new LifecycleSettings(true, Optional.empty(), Long.MAX_VALUE, Duration.ofMillis(1));
        try (ModelRegistry hasty = toys.registry(impatient)) {
            hasty.load(Set.of(ToyModels.TASK));
            try (ModelHandle model = hasty.find(ToyModels.TASK, Optional.empty(), Optional.empty());
                    Permit permit = model.admit(PATIENT, Cost.of("adder", 1))) {
                hasty.unload("adder", Optional.empty(), PATIENT);

                assertThat(permit.context().isLive()).isTrue();
                assertThat(kindOf(() -> ToyModels.run(model))).isEqualTo(ErrorKind.UNAVAILABLE);
            }
        }
    }

    @Test
    void callerWhoLeavesEndsItsWaitAndNotTheLoad() throws Exception {
        toys.write("adder", "2");
        CountDownLatch mayLoad = new CountDownLatch(1);
        AtomicBoolean isCancelled = new AtomicBoolean();
        toys.beforeLoad.set(() -> await(mayLoad));
        RequestContext caller =
                new RequestContext("", OptionalLong.empty(), isCancelled::get, io.opentelemetry.context.Context.root());
        CompletableFuture<ModelStatus> load =
                CompletableFuture.supplyAsync(() -> registry.load("adder", Optional.of("2"), true, caller));
        awaitState("2", ModelState.LOADING);

        isCancelled.set(true);
        assertThat(load.handle((done, problem) -> problem).get())
                .rootCause()
                .hasMessage("the caller cancelled the request");
        mayLoad.countDown();
        awaitState("2", ModelState.READY);
        awaitState("1", ModelState.CLOSED);
    }

    @Test
    void newestVersionOfAWatchedRepositoryIsTakenUp() {
        toys.write("adder", "3");
        toys.write("adder", "2");
        toys.write("other", "1");
        registry.takeUpNew();

        awaitState("3", ModelState.READY);
        awaitState("1", ModelState.CLOSED);
        assertThat(state("2")).isEqualTo(ModelState.CLOSED);
        assertThat(ToyModels.ask(registry)).isEqualTo(3);
    }

    @Test
    void manifestThatIsWrongIsToldAndReadAgain() throws IOException {
        toys.write("adder", "2");
        Path manifest = root.resolve("adder/2/model.yaml");
        String sound = Files.readString(manifest);
        Files.writeString(manifest, sound.replace("max_batch", "max_batsch"));

        assertThat(status("2").problem().orElseThrow()).hasMessageContaining("max_batch");
        Files.writeString(manifest, sound);

        assertThat(status("2").problem()).isEmpty();
        assertThat(load(Optional.empty(), false).model().version()).isEqualTo("2");
    }

    @Test
    void unknownNamesAndVersionsAreToldWithWhatThereIs() {
        assertThat(catchThrowableOfType(
                        InferenceException.class, () -> registry.load("addder", Optional.empty(), false, PATIENT)))
                .hasMessage("model.name: addder (expected: one of [adder])");
        assertThat(catchThrowableOfType(
                        InferenceException.class, () -> registry.unload("adder", Optional.of("7"), PATIENT)))
                .hasMessage("model.version: 7 (expected: one of [1])");
    }

    private ModelHandle find() {
        return registry.find(ToyModels.TASK, Optional.empty(), Optional.empty());
    }

    private ModelStatus load(Optional<String> version, boolean replaces) {
        return registry.load("adder", version, replaces, PATIENT);
    }

    private List<ModelStatus> unload(Optional<String> version) {
        return registry.unload("adder", version, PATIENT);
    }

    private ModelState state(String version) {
        return status(version).state();
    }

    private ModelStatus status(String version) {
        return registry.statuses().stream()
                .filter(status -> status.model().toString().equals("adder/" + version))
                .findFirst()
                .orElseThrow();
    }

    private void awaitState(String version, ModelState state) {
        while (state(version) != state) {
            Thread.onSpinWait();
        }
    }

    private static ErrorKind kindOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(InferenceException.class, call).kind();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
