package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.engine.Engine;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.ManualTicker;
import multimodal.inference.testing.ScriptedEngine;
import multimodal.inference.testing.ToyRepository;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelRegistryTest {

    private static final String TASK = "adding";
    private static final Map<String, Tensor> TWO_ROWS = Map.of("x", Tensor.of(new float[] {1, 2}, 2, 1));

    @TempDir
    private Path root;

    private final ManualTicker clock = new ManualTicker();
    private final List<String> events = new ArrayList<>();
    private final ScriptedEngine engine = new ScriptedEngine(this::add);
    private boolean batchesPay = true;

    private Map<String, Tensor> add(Map<String, Tensor> inputs) {
        Tensor x = inputs.get("x");
        clock.advance(Duration.ofMillis(batchesPay ? 10 + x.rows() : 10L * x.rows()));
        float[] y = x.floats().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += 1;
        }
        return Map.of("y", Tensor.of(x.shape(), y));
    }

    @BeforeEach
    void writeModels() {
        ToyRepository.write(root, "adder", "1", TASK);
        ToyRepository.write(root, "adder", "2", TASK);
        ToyRepository.write(root, "adder", "10", TASK);
        ToyRepository.write(root, "other", "1", TASK);
        ToyRepository.write(root, "unrelated", "1", "dreaming");
    }

    @Test
    void modelsOfTheTasksAreLoadedAndFound() {
        try (ModelRegistry registry = loaded()) {
            assertThat(find(registry, null, null)).isEqualTo("adder/10");
            assertThat(find(registry, "adder", null)).isEqualTo("adder/10");
            assertThat(find(registry, "adder", "2")).isEqualTo("adder/2");
            assertThat(find(registry, "other", null)).isEqualTo("other/1");
            assertThat(registry.ready()).extracting(Object::toString).doesNotContain("unrelated/1");
        }
    }

    @Test
    void aModelThatIsNotNamedIsOneWhoseParametersSuit() throws IOException {
        Path manifest = root.resolve("other/1/model.yaml");
        Files.writeString(
                manifest, Files.readString(manifest).replace("parameters: {}", "parameters: {base: sky, kind: edges}"));
        try (ModelRegistry registry = loaded()) {
            assertThat(findSuiting(registry, Optional.empty(), Map.of("base", "sky")))
                    .isEqualTo("other/1");
            assertThat(findSuiting(registry, Optional.of("adder"), Map.of("base", "sky")))
                    .as("a name goes before")
                    .isEqualTo("adder/10");
            InferenceException failure = catchThrowableOfType(
                    InferenceException.class,
                    () -> findSuiting(registry, Optional.empty(), Map.of("base", "sea", "kind", "edges")));
            assertThat(failure.kind()).isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(failure).hasMessage("model.name: unset (expected: one for adding with base sea and kind edges)");
        }
    }

    private static String findSuiting(ModelRegistry registry, Optional<String> name, Map<String, Object> parameters) {
        ModelQuery query = new ModelQuery(TASK, name, Optional.empty()).withParameters(parameters);
        try (ModelHandle model = registry.find(query, RequestContext.detached(), id -> {})) {
            return model.manifest().id().toString();
        }
    }

    @Test
    void whatDoesNotExistIsToldWithFieldAndChoices() {
        try (ModelRegistry registry = loaded()) {
            InferenceException name = failure(registry, "addder", null);
            assertThat(name.kind()).isEqualTo(ErrorKind.NOT_FOUND);
            assertThat(name.field()).contains("model.name");
            assertThat(name).hasMessage("model.name: addder (expected: one of [adder, other])");

            InferenceException version = failure(registry, "adder", "3");
            assertThat(version.field()).contains("model.version");
            assertThat(version).hasMessage("model.version: 3 (expected: one of [1, 2, 10])");
            assertThat(failure(registry, "unrelated", null).kind()).isEqualTo(ErrorKind.NOT_FOUND);
        }
    }

    @Test
    void statesAreHeardInOrder() {
        ModelRegistry registry = registry();
        registry.load(Set.of("dreaming"));
        registry.close();

        assertThat(events)
                .containsExactly(
                        "unrelated/1 CLOSED",
                        "unrelated/1 LOADING",
                        "unrelated/1 READY",
                        "unrelated/1 DRAINING",
                        "unrelated/1 CLOSED");
        assertThat(engine.closedGraphs()).containsExactly("adder");
    }

    @Test
    void modelThatDoesNotLoadLeavesTheOthersServing() {
        ScriptedEngine broken = new ScriptedEngine(inputs -> {
            throw new IllegalStateException("bad graph");
        });
        ModelLoader loader = loader((manifest, artifact) -> manifest.id().name().equals("other") ? broken : engine);
        try (ModelRegistry registry = new ModelRegistry(new ModelRepository(List.of(root)), loader)) {
            registry.load(Set.of(TASK));

            assertThat(find(registry, "adder", null)).isEqualTo("adder/10");
            assertThat(failure(registry, "other", null).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(broken.closedGraphs()).containsExactly("adder");
        }
    }

    @Test
    void loadedModelRunsAndTimesItsWork() {
        try (ModelRegistry registry = loaded()) {
            ModelHandle model = registry.find(TASK, Optional.empty(), Optional.empty());
            try (Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 4));
                    Row row = model.open(permit, "adder")) {
                assertThat(model.run(permit, "adder", TWO_ROWS).get("y").floats())
                        .containsExactly(2, 3);
                assertThat(row.step(TWO_ROWS).get("y").floats()).containsExactly(2, 3);
                assertThat(permit.timings().engine()).isPositive();
            }
            assertThat(model.engine()).isEqualTo("scripted");
        }
    }

    @Test
    void everyBatchSizeIsWarmedUp() {
        try (ModelRegistry registry = registry()) {
            registry.load(Set.of("dreaming"));
            assertThat(engine.batchSizes()).startsWith(1, 2, 4).containsOnly(1, 2, 4);
        }
    }

    @Test
    void batchesAreNotFormedWhereTheyDoNotPay() {
        batchesPay = false;
        try (ModelRegistry registry = registry()) {
            registry.load(Set.of("dreaming"));
            int warmUps = engine.calls().size();
            ModelHandle model = registry.find("dreaming", Optional.empty(), Optional.empty());
            try (Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 2))) {
                model.run(permit, "adder", TWO_ROWS);
            }

            assertThat(engine.batchSizes().subList(warmUps, warmUps + 2)).containsExactly(1, 1);
        }
    }

    @Test
    void inputsThatDoNotFitTheManifestAreNamed() {
        try (ModelRegistry registry = loaded()) {
            ModelHandle model = registry.find(TASK, Optional.empty(), Optional.empty());
            try (Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 1))) {
                Map<String, Tensor> wrong = Map.of("x", Tensor.of(new long[] {1}, 1, 1));
                assertThat(catchThrowableOfType(
                                IllegalArgumentException.class, () -> model.run(permit, "adder", wrong)))
                        .hasMessage("adder.x: INT64 1x1 (expected: FLOAT32 ?x?)");
                assertThat(catchThrowableOfType(
                                IllegalArgumentException.class, () -> model.run(permit, "adder", Map.of())))
                        .hasMessage("adder: inputs [] (expected: [x])");
                assertThat(catchThrowableOfType(
                                IllegalArgumentException.class, () -> model.run(permit, "unet", TWO_ROWS)))
                        .hasMessageContaining("expected: one of [adder]");
            }
        }
    }

    @Test
    void drainLetsAdmittedWorkFinish() throws Exception {
        CountDownLatch drained = new CountDownLatch(1);
        ModelRegistry registry = registry();
        registry.addListener(event -> {
            if (event.state() == ModelState.DRAINING) {
                drained.countDown();
            }
        });
        registry.load(Set.of("dreaming"));
        ModelHandle model = registry.find("dreaming", Optional.empty(), Optional.empty());
        Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 1));
        CompletableFuture<Void> draining = CompletableFuture.runAsync(() -> registry.drain(Duration.ofHours(1)));
        drained.await();

        assertThat(failure(registry, "dreaming", "unrelated", null).kind()).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThat(model.run(permit, "adder", TWO_ROWS).get("y").floats()).containsExactly(2, 3);
        permit.close();
        draining.get();
        assertThat(engine.closedGraphs()).containsExactly("adder");
    }

    @Test
    void workThatOutlastsTheDrainEndsAsUnavailable() {
        ModelRegistry registry = loaded();
        ModelHandle model = registry.find(TASK, Optional.empty(), Optional.empty());
        try (Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 1));
                Row row = model.open(permit, "adder")) {
            registry.close();

            assertThat(catchThrowableOfType(InferenceException.class, () -> row.step(TWO_ROWS))
                            .kind())
                    .isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(catchThrowableOfType(InferenceException.class, () -> model.run(permit, "adder", TWO_ROWS))
                            .kind())
                    .isEqualTo(ErrorKind.UNAVAILABLE);
        }
    }

    private ModelRegistry loaded() {
        ModelRegistry registry = registry();
        registry.load(Set.of(TASK));
        return registry;
    }

    private ModelRegistry registry() {
        ModelRegistry registry =
                new ModelRegistry(new ModelRepository(List.of(root)), loader((manifest, artifact) -> engine));
        registry.addListener(event -> events.add(event.model() + " " + event.state()));
        return registry;
    }

    private ModelLoader loader(BiFunction<ModelManifest, ArtifactSpec, Engine> engines) {
        return new ModelLoader(
                engines,
                (manifest, spec) -> {
                    throw new AssertionError("toy models have no tokenizer");
                },
                new ModelSettings(16, 4, Duration.ZERO, Duration.ZERO, 100, 100),
                BatchListener.NONE,
                AdmissionListener.NONE,
                clock);
    }

    private static String find(ModelRegistry registry, String name, String version) {
        return registry.find(TASK, Optional.ofNullable(name), Optional.ofNullable(version))
                .manifest()
                .id()
                .toString();
    }

    private static InferenceException failure(ModelRegistry registry, String name, String version) {
        return failure(registry, TASK, name, version);
    }

    private static InferenceException failure(ModelRegistry registry, String task, String name, String version) {
        return catchThrowableOfType(
                InferenceException.class,
                () -> registry.find(task, Optional.ofNullable(name), Optional.ofNullable(version)));
    }
}
