package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.repository.Safetensors;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every engine does with the example model. */
abstract class EngineContract {

    static final EngineOptions ONE_THREAD = new EngineOptions(1, Device.CPU);

    private static final Path GOLDEN = Path.of(System.getProperty("fleet.root"), "models/golden/example.safetensors");

    @TempDir
    Path root;

    /** The engine under test; the same each time, for natives are loaded once. */
    abstract Engine engine();

    /** The example's graph for this engine. */
    abstract String graphFile();

    @Test
    void valuesAreThoseOfTheGoldenInEveryDtype() {
        try (Safetensors golden = Safetensors.open(GOLDEN);
                Graph graph = load(ExampleModel.load())) {
            Map<String, Tensor> outputs =
                    graph.run(Map.of("values", golden.tensor("values"), "index", golden.tensor("index")));

            assertThat(outputs).containsOnlyKeys("mixed", "next");
            assertThat(outputs.get("mixed").shape()).isEqualTo(Shape.of(3, 8));
            assertThat(outputs.get("mixed").floats())
                    .containsExactly(golden.tensor("mixed").floats(), within(1e-6f));
            assertThat(outputs.get("next").dtype()).isEqualTo(DType.INT64);
            assertThat(outputs.get("next").longs())
                    .containsExactly(golden.tensor("next").longs());
        }
    }

    @Test
    void callsDoNotFeelThoseBefore() {
        try (Graph graph = load(ExampleModel.load())) {
            Tensor alone = graph.run(inputs(1)).get("mixed");
            Tensor many = graph.run(inputs(8)).get("mixed");
            Tensor again = graph.run(inputs(1)).get("mixed");

            assertThat(again.floats()).containsExactly(alone.floats());
            assertThat(many.rows()).isEqualTo(8);
        }
    }

    @Test
    void wrongInputsAreNamedBeforeTheCall() {
        Tensor index = Tensor.of(new long[] {0}, 1);
        Tensor values = Tensor.of(new float[16], 1, 16);
        try (Graph graph = load(ExampleModel.load())) {
            assertThatThrownBy(() -> graph.run(Map.of("index", index)))
                    .hasMessage("mixer: input values: null (expected: FLOAT32 ?x16)");
            assertThatThrownBy(() -> graph.run(Map.of("values", values.reshape(2, 8), "index", index)))
                    .hasMessage("mixer: input values: FLOAT32 2x8 (expected: FLOAT32 ?x16)");
            assertThatThrownBy(() -> graph.run(Map.of("values", values, "index", values)))
                    .hasMessage("mixer: input index: FLOAT32 1x16 (expected: INT64 ?)");
            assertThatThrownBy(() -> graph.run(Map.of("values", values, "index", Tensor.of(new long[2], 2))))
                    .hasMessage("mixer: input index: INT64 2 (expected: 1 rows as in the input before)");
            assertThatThrownBy(() -> graph.run(Map.of("values", values, "index", index, "more", index)))
                    .hasMessageMatching("mixer: inputs: \\[.*] \\(expected: \\[values, index]\\)");
            assertThatThrownBy(() -> graph.run(inputs(9))).hasMessage("mixer: rows: 9 (expected: 1 to 8)");
        }
    }

    @Test
    void anOutputThatIsNotAsTheManifestSaysIsNamed() {
        Path folder = ExampleModel.copyTo(root, "example", "1");
        ExampleModel.edit(folder, "shape: [-1, 8]", "shape: [-1, 9]");
        try (Graph graph = load(reload())) {
            assertThatThrownBy(() -> graph.run(inputs(2)))
                    .isInstanceOf(InferenceException.class)
                    .hasMessage("example/1 " + graphFile() + ": output mixed: float32 2x8 (expected: float32 ?x9)");
        }
    }

    @Test
    void aGraphThatIsNoneIsToldWithItsFile() throws IOException {
        ModelManifest manifest = ExampleModel.load();
        Path folder = ExampleModel.copyTo(root, "example", "1");
        Files.writeString(folder.resolve(graphFile()), "no graph");
        ModelManifest spoilt = new ModelManifest(
                manifest.id(),
                folder,
                manifest.task(),
                manifest.architecture(),
                manifest.licence(),
                manifest.artifacts(),
                manifest.tokenizer(),
                manifest.preprocessing(),
                manifest.parameters(),
                manifest.files());
        assertThatThrownBy(() -> load(spoilt))
                .isInstanceOf(InferenceException.class)
                .hasMessageStartingWith("example/1 " + graphFile() + ": does not load: ")
                .extracting(e -> ((InferenceException) e).kind())
                .isEqualTo(ErrorKind.MISCONFIGURED);
    }

    @Test
    void closingTwiceIsClosingOnce() {
        Graph graph = load(ExampleModel.load());
        graph.close();
        graph.close();
        assertThatThrownBy(() -> graph.run(inputs(1))).hasMessage("example/1 " + graphFile() + ": called after close");
    }

    @Test
    void theDescriptionTellsVersionDeviceAndThreads() {
        assertThat(engine().description()).matches(engine().name() + " \\d+\\.\\d+\\.\\d+ cpu, 1 thread");
    }

    Graph load(ModelManifest manifest) {
        ArtifactSpec mixer = manifest.artifacts().get("mixer");
        return engine().load(manifest, mixer);
    }

    private ModelManifest reload() {
        return new ModelRepository(List.of(root)).load(ExampleModel.ID);
    }

    private static Map<String, Tensor> inputs(int rows) {
        float[] values = new float[rows * 16];
        for (int i = 0; i < values.length; i++) {
            values[i] = (i % 7 - 3) / 3f;
        }
        return Map.of("values", Tensor.of(values, rows, 16), "index", Tensor.of(new long[rows], rows));
    }
}
