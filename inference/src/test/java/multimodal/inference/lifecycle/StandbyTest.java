package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.testing.ToyModels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Models that leave memory when nobody needs them, and come back when somebody does. */
@Timeout(60)
class StandbyTest {

    private static final Duration IDLE = Duration.ofMinutes(5);

    /** The graph file of a toy holds its name and version. */
    private static final long BYTES_OF_A_TOY = "toy1".length();

    @TempDir
    private Path root;

    private ToyModels toys;

    @BeforeEach
    void newToys() {
        toys = new ToyModels(root);
    }

    @Test
    void modelThatIsUnusedForTheTimeoutLeavesAndTheNextRequestWaitsForIt() {
        toys.write("one", "1");
        List<ModelId> told = new ArrayList<>();
        try (ModelRegistry registry = loaded(settings(true, Long.MAX_VALUE))) {
            toys.clock.advance(IDLE.minusMillis(1));
            registry.unloadIdle();
            assertThat(states(registry)).containsExactly(ModelState.READY);
            toys.clock.advance(Duration.ofMillis(1));
            registry.unloadIdle();
            assertThat(states(registry)).containsExactly(ModelState.STANDBY);

            ModelQuery query = new ModelQuery(ToyModels.TASK, Optional.empty(), Optional.empty());
            try (ModelHandle model = registry.find(query, RequestContext.detached(), told::add)) {
                assertThat(ToyModels.run(model)).isEqualTo(1);
            }
            assertThat(told).containsExactly(new ModelId("one", "1"));
            assertThat(toys.moves).containsExactly("one/1 loaded", "one/1 closed", "one/1 loaded");
        }
    }

    @Test
    void modelInUseIsNeverIdleAndItsTimeBeginsWhenTheUseEnds() {
        toys.write("one", "1");
        try (ModelRegistry registry = loaded(settings(true, Long.MAX_VALUE))) {
            try (ModelHandle model = find(registry, "one")) {
                toys.clock.advance(IDLE.multipliedBy(3));
                registry.unloadIdle();
                assertThat(ToyModels.run(model)).isEqualTo(1);
            }
            registry.unloadIdle();

            assertThat(states(registry)).containsExactly(ModelState.READY);
        }
    }

    @Test
    void withoutLoadingAtStartTheFirstRequestLoads() {
        toys.write("one", "1");
        try (ModelRegistry registry = loaded(settings(false, Long.MAX_VALUE))) {
            assertThat(toys.moves).isEmpty();
            assertThat(states(registry)).containsExactly(ModelState.STANDBY);

            assertThat(ToyModels.ask(registry)).isEqualTo(1);
        }
    }

    @Test
    void manyRequestsForOneModelLoadItOnce() {
        toys.write("one", "1");
        try (ModelRegistry registry = loaded(settings(false, Long.MAX_VALUE))) {
            List<CompletableFuture<Float>> answers = Stream.generate(
                            () -> CompletableFuture.supplyAsync(() -> ToyModels.ask(registry)))
                    .limit(16)
                    .toList();

            assertThat(answers.stream().map(CompletableFuture::join)).containsOnly(1f);
            assertThat(toys.moves).containsExactly("one/1 loaded");
        }
    }

    @Test
    void budgetIsKeptByEvictingTheLeastRecentlyUsed() {
        Stream.of("toy1", "toy2", "toy3").forEach(name -> toys.write(name, "1"));
        try (ModelRegistry registry = loaded(settings(false, 2 * (BYTES_OF_A_TOY + 1)))) {
            use(registry, "toy1");
            use(registry, "toy2");
            use(registry, "toy1");
            use(registry, "toy3");

            assertThat(toys.moves).containsExactly("toy1/1 loaded", "toy2/1 loaded", "toy2/1 closed", "toy3/1 loaded");
            assertThat(states(registry)).containsExactly(ModelState.READY, ModelState.STANDBY, ModelState.READY);
        }
    }

    @Test
    void startLoadsWhatFitsAndLeavesTheRestToItsFirstRequest() {
        toys.write("toy", "1");
        toys.write("toy", "2");
        try (ModelRegistry registry = loaded(settings(true, BYTES_OF_A_TOY))) {
            assertThat(states(registry)).containsExactlyInAnyOrder(ModelState.READY, ModelState.STANDBY);
        }
    }

    @Test
    void modelInUseIsNotEvictedAndTheRequestForAnotherIsToldWhenToComeBack() {
        toys.write("toy", "1");
        toys.write("toz", "1");
        try (ModelRegistry registry = loaded(settings(false, BYTES_OF_A_TOY));
                ModelHandle used = find(registry, "toy")) {
            InferenceException refusal = catchThrowableOfType(InferenceException.class, () -> find(registry, "toz"));

            assertThat(refusal.kind()).isEqualTo(ErrorKind.OVERLOADED);
            assertThat(refusal.retryDelay()).isPresent();
            assertThat(states(registry)).containsExactly(ModelState.READY, ModelState.STANDBY);
            used.close();
            use(registry, "toz");
            assertThat(states(registry)).containsExactly(ModelState.STANDBY, ModelState.READY);
        }
    }

    @Test
    void modelThatDoesNotFitAloneDoesNotLoad() {
        toys.write("toy", "1");
        try (ModelRegistry registry = loaded(settings(true, 1))) {
            assertThat(registry.statuses().get(0).problem().orElseThrow())
                    .hasMessage("toy/1: needs 4 bytes (expected: at most 1, the budget of memory)");
        }
    }

    @Test
    void requestForAModelThatDoesNotLoadIsUnavailableAndTheReasonStaysInside() {
        toys.write("one", "1");
        try (ModelRegistry registry = loaded(settings(false, Long.MAX_VALUE))) {
            toys.beforeLoad.set(() -> {
                throw new IllegalStateException("secret");
            });
            InferenceException refusal = catchThrowableOfType(InferenceException.class, () -> find(registry, "one"));

            assertThat(refusal).hasMessage("one/1 does not load").hasRootCauseMessage("secret");
            assertThat(refusal.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(states(registry)).containsExactly(ModelState.FAILED);
        }
    }

    private ModelRegistry loaded(LifecycleSettings settings) {
        ModelRegistry registry = toys.registry(settings);
        registry.load(Set.of(ToyModels.TASK));
        return registry;
    }

    private void use(ModelRegistry registry, String name) {
        toys.clock.advance(Duration.ofSeconds(1));
        find(registry, name).close();
    }

    private static ModelHandle find(ModelRegistry registry, String name) {
        return registry.find(ToyModels.TASK, Optional.of(name), Optional.empty());
    }

    private static List<ModelState> states(ModelRegistry registry) {
        return registry.statuses().stream().map(ModelStatus::state).toList();
    }

    private static LifecycleSettings settings(boolean loadsAtStart, long memoryBudgetBytes) {
        return new LifecycleSettings(loadsAtStart, Optional.of(IDLE), memoryBudgetBytes, Duration.ofMinutes(1));
    }
}
