package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import multimodal.inference.engine.ArtifactInputs.Call;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every artifact of the embedded models, under both engines. */
class EmbeddedModelsTest {

    private static final Path REPOSITORY = Path.of(System.getProperty(
            "inference.repository",
            Path.of(System.getProperty("fleet.root"), "models/repository").toString()));

    private static final float RELATIVE_TOLERANCE = 1e-4f;
    private static final int ROWS = 8;

    private static Engine onnxRuntime;
    private static Engine onnxRuntimeOfTwoThreads;
    private static Engine pytorch;

    @BeforeAll
    static void openEngines() {
        onnxRuntime = OnnxRuntimeEngine.open(EngineContract.ONE_THREAD);
        onnxRuntimeOfTwoThreads = OnnxRuntimeEngine.open(new EngineOptions(2, Device.CPU));
        pytorch = PytorchEngine.open(EngineContract.ONE_THREAD);
    }

    static Stream<Arguments> artifacts() {
        ModelRepository repository = new ModelRepository(List.of(REPOSITORY));
        return repository.models().stream()
                .map(repository::load)
                .flatMap(manifest ->
                        manifest.artifacts().values().stream().flatMap(artifact -> calls(manifest, artifact)));
    }

    private static Stream<Arguments> calls(ModelManifest manifest, ArtifactSpec artifact) {
        return Call.of(artifact).stream()
                .map(call ->
                        Arguments.of(manifest.id() + " " + artifact.name() + " " + call, manifest, artifact, call));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("artifacts")
    void bothEnginesGiveTheSame(String name, ModelManifest manifest, ArtifactSpec artifact, Call call) {
        Map<String, Tensor> inputs = ArtifactInputs.random(artifact, call, 2, 1);
        try (Graph first = onnxRuntime.load(manifest, artifact);
                Graph second = pytorch.load(manifest, artifact)) {
            Map<String, Tensor> expected = second.run(inputs);
            first.run(inputs).forEach((output, tensor) -> assertThat(largestDifference(tensor, expected.get(output)))
                    .as(output)
                    .isLessThanOrEqualTo(RELATIVE_TOLERANCE * largest(expected.get(output))));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("artifacts")
    void onnxRuntimeGivesARowTheSameBitsAtEveryBatchSizeAndBesideAnotherCall(
            String name, ModelManifest manifest, ArtifactSpec artifact, Call call) {
        Map<String, Tensor> inputs = ArtifactInputs.random(artifact, call, ROWS, 2);
        try (Graph graph = onnxRuntime.load(manifest, artifact);
                Graph shared = onnxRuntimeOfTwoThreads.load(manifest, artifact)) {
            Map<String, Tensor> together = graph.run(inputs);
            for (int batch : new int[] {1, 2, 4}) {
                for (int row = 0; row < ROWS; row += batch) {
                    assertSameRows(graph.run(rows(inputs, row, row + batch)), rows(together, row, row + batch));
                }
            }
            int half = ROWS / 2;
            CompletableFuture<Map<String, Tensor>> beside =
                    CompletableFuture.supplyAsync(() -> shared.run(rows(inputs, 0, half)));
            assertSameRows(shared.run(rows(inputs, half, ROWS)), rows(together, half, ROWS));
            assertSameRows(beside.join(), rows(together, 0, half));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("artifacts")
    void pytorchGivesARowTheSameBitsWhateverItsCompany(
            String name, ModelManifest manifest, ArtifactSpec artifact, Call call) {
        Map<String, Tensor> inputs = ArtifactInputs.random(artifact, call, ROWS, 3);
        Map<String, Tensor> strangers = ArtifactInputs.random(artifact, call, ROWS, 4);
        try (Graph graph = pytorch.load(manifest, artifact)) {
            Map<String, Tensor> together = graph.run(inputs);
            for (int row = 0; row < ROWS; row += 3) {
                Map<String, Tensor> mixed = replaceRow(strangers, inputs, row);
                assertSameRows(rows(graph.run(mixed), row, row + 1), rows(together, row, row + 1));
            }
        }
    }

    private static Map<String, Tensor> rows(Map<String, Tensor> tensors, int from, int to) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> part.put(name, tensor.rows(from, to)));
        return part;
    }

    private static Map<String, Tensor> replaceRow(Map<String, Tensor> tensors, Map<String, Tensor> others, int row) {
        Map<String, Tensor> mixed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> mixed.put(
                name,
                Tensor.concatenateRows(
                        List.of(tensor.rows(0, row), others.get(name).row(row), tensor.rows(row + 1, tensor.rows())))));
        return mixed;
    }

    private static void assertSameRows(Map<String, Tensor> actual, Map<String, Tensor> expected) {
        actual.forEach((output, tensor) -> assertThat(tensor.floats())
                .as(output)
                .isEqualTo(expected.get(output).floats()));
    }

    private static float largestDifference(Tensor a, Tensor b) {
        float largest = 0;
        for (int i = 0; i < a.floats().length; i++) {
            largest = Math.max(largest, Math.abs(a.floats()[i] - b.floats()[i]));
        }
        return largest;
    }

    private static float largest(Tensor tensor) {
        float largest = 0;
        for (float value : tensor.floats()) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
