package multimodal.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestReaderTest {

    @TempDir
    Path root;

    private Path folder;

    @BeforeEach
    void copyExample() {
        folder = ExampleModel.copyTo(root, "example", "1");
    }

    @Test
    void everyKeyOfTheExampleIsRead() {
        ModelManifest manifest = ManifestReader.read(folder);

        assertThat(manifest.id()).isEqualTo(ExampleModel.ID);
        assertThat(manifest.directory()).isEqualTo(folder);
        assertThat(manifest.task()).isEqualTo("example");
        assertThat(manifest.architecture()).isEqualTo("Mixer");
        assertThat(manifest.licence()).isEqualTo("Apache-2.0");
        ArtifactSpec mixer = manifest.artifacts().get("mixer");
        assertThat(mixer.graphs())
                .containsExactly(
                        Map.entry("onnxruntime", GraphSpec.of("mixer.onnx")),
                        Map.entry("pytorch", GraphSpec.of("mixer.pt")),
                        Map.entry("tensorrt", GraphSpec.of("mixer.onnx")));
        assertThat(mixer.milliseconds()).isEmpty();
        assertThat(mixer.inputs())
                .containsExactly(
                        new TensorSpec("values", DType.FLOAT32, Shape.of(-1, 16)),
                        new TensorSpec("index", DType.INT64, Shape.of(-1)));
        assertThat(mixer.outputs()).extracting(TensorSpec::name).containsExactly("mixed", "next");
        assertThat(mixer.maxBatch()).isEqualTo(8);
        assertThat(manifest.tokenizer()).isEmpty();
        assertThat(manifest.preprocessing()).isEmpty();
        assertThat(manifest.parameters().number("gain")).isEqualTo(0.5);
        assertThat(manifest.parameters().texts("labels")).containsExactly("low", "high");
        assertThat(manifest.parameters().section("size").integer("max")).isEqualTo(8);
        assertThat(manifest.files()).containsOnlyKeys("mixer.onnx", "mixer.pt", "weights.safetensors");
    }

    @Test
    void precisionGraphsOfADeviceAndMeasurementsAreRead() {
        ExampleModel.edit(
                folder,
                """
                        file: mixer.pt
                      tensorrt:
                        file: mixer.onnx
                """,
                """
                        file: mixer.pt
                        cuda: {file: mixer.pt, dtype: float16}
                      tensorrt:
                        file: mixer.onnx
                        dtype: float16
                    milliseconds:
                      cpu: {onnxruntime: 0.25, pytorch: 1}
                      cuda: {tensorrt: 0.1}
                """);

        ArtifactSpec mixer = ManifestReader.read(folder).artifacts().get("mixer");

        GraphSpec half = new GraphSpec("mixer.pt", Precision.FLOAT16, Optional.empty());
        assertThat(mixer.graphs().get("pytorch"))
                .isEqualTo(new GraphSpec("mixer.pt", Precision.FLOAT32, Optional.of(half)));
        assertThat(mixer.graphs().get("tensorrt"))
                .isEqualTo(new GraphSpec("mixer.onnx", Precision.FLOAT16, Optional.empty()));
        assertThat(mixer.milliseconds())
                .isEqualTo(Map.of("cpu", Map.of("onnxruntime", 0.25, "pytorch", 1.0), "cuda", Map.of("tensorrt", 0.1)));
    }

    @Test
    void faultsOfGraphsAndMeasurementsAreNamed() {
        ExampleModel.edit(
                folder,
                """
                        file: mixer.pt
                      tensorrt:
                        file: mixer.onnx
                """,
                """
                        file: mixer.pt
                        dtype: half
                        cuda: {file: mixer.pth}
                    milliseconds:
                      cpu: {onnxruntime: 0, tensorrt: 3}
                      gpu: {pytorch: 1}
                """);

        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessageContaining("artifacts.mixer.graphs.pytorch.dtype: half (expected: float32, float16 or int8)")
                .hasMessageContaining("artifacts.mixer.graphs.pytorch.cuda.file: mixer.pth"
                        + " (expected: a name under files; did you mean mixer.pt?)")
                .hasMessageContaining("artifacts.mixer.graphs.pytorch.cuda.dtype: missing (expected: a text)")
                .hasMessageContaining(
                        "artifacts.mixer.milliseconds.cpu.onnxruntime: 0 (expected: a number greater than 0)")
                .hasMessageContaining("artifacts.mixer.milliseconds.cpu.tensorrt: unknown key")
                .hasMessageContaining("artifacts.mixer.milliseconds.gpu: unknown key");
    }

    @Test
    void howMuchSmallerThanThePictureAnInputIsIsRead() {
        ExampleModel.edit(folder, "shape: [-1, 16]\n", "shape: [-1, 16]\n      downscale: 8\n");
        ArtifactSpec mixer = ManifestReader.read(folder).artifacts().get("mixer");
        assertThat(mixer.inputs())
                .extracting(TensorSpec::downscale)
                .containsExactly(OptionalInt.of(8), OptionalInt.empty());

        ExampleModel.edit(folder, "downscale: 8\n", "downscale: 0\n");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessageContaining("artifacts.mixer.inputs[0].downscale: 0 (expected: an integer, 1 to 4096)");
    }

    @Test
    void tokenizerAndPreprocessingAreRead() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "{}");
        ExampleModel.edit(
                folder,
                "files:\n",
                """
                tokenizer: {file: tokenizer.json, max_length: 32, pad_id: 0, bos_id: 1, eos_id: 2}
                preprocessing: {image_size: 128, fit: stretch, mean: [0.5, 0, 1.0e-1], std: [1, 0.25, 2]}
                files:
                  tokenizer.json: "%s"
                """
                        .formatted("0".repeat(64)));
        ModelManifest manifest = ManifestReader.read(folder);

        assertThat(manifest.tokenizer()).contains(new TokenizerSpec("tokenizer.json", 32, 0, 1, 2));
        assertThat(manifest.preprocessing())
                .contains(new Preprocessing(
                        128, Preprocessing.Fit.STRETCH, List.of(0.5f, 0f, 0.1f), List.of(1f, 0.25f, 2f)));
    }

    @Test
    void everyFaultIsToldAtOnceWithTheNearestKnownKey() throws IOException {
        Files.writeString(
                folder.resolve("model.yaml"),
                """
                name: exampel
                version: 1
                task: Text To Image
                licence: ""
                licence: MIT
                provenance: [found, somewhere]
                artefacts:
                  mixer: {}
                artifacts:
                  mixer:
                    graphs:
                      onnx: {file: mixer.onnx}
                      pytorch: {file: mixer.pth}
                    inputs:
                      - {name: values, dtype: float16, shape: [1, 16]}
                      - {name: values, dtype: int64, shapes: [-1]}
                    outputs: []
                    max_batch: 0
                tokenizer: {file: tokenizer.json, max_length: many, pad_id: -1, bos_id: 1}
                preprocessing: {image_size: 128, fit: crop, mean: [0.5, 0.5], std: [0, 1, 1]}
                parameters: {gain: , labels: [low]}
                files:
                  mixer.onnx: 15CA
                  mixer.pt: %s
                  lost.onnx: %s
                  ../../../secret: %s
                """
                        .formatted("0".repeat(64), "0".repeat(64), "0".repeat(64)));

        assertThatThrownBy(() -> ManifestReader.read(folder))
                .isInstanceOf(InferenceException.class)
                .hasMessage(
                        """
                        example/1/model.yaml: 29 faults
                          line 1: name: exampel (expected: example, the name of its folder)
                          line 1: architecture: missing (expected: a text)
                          line 2: version: 1 (expected: a text: '1')
                          line 3: task: Text To Image (expected: lower-case words joined by hyphens, such as text-to-image)
                          line 4: licence: nothing (expected: a text, not empty)
                          line 5: licence: again (expected: each key once)
                          line 6: provenance: a list of 2 (expected: a text)
                          line 8: artefacts: unknown key (did you mean artifacts?)
                          line 12: artifacts.mixer.graphs.onnx: unknown key (expected: one of onnxruntime, pytorch, tensorrt)
                          line 13: artifacts.mixer.graphs.pytorch.file: mixer.pth (expected: a name under files; did you mean mixer.pt?)
                          line 15: artifacts.mixer.inputs[0].dtype: float16 (expected: float32 or int64)
                          line 15: artifacts.mixer.inputs[0].shape: [1, 16] (expected: -1 (rows) first)
                          line 16: artifacts.mixer.inputs[1].name: values (expected: each name once)
                          line 16: artifacts.mixer.inputs[1].shape: missing (expected: a list of integers, each -1 to 2147483647)
                          line 16: artifacts.mixer.inputs[1].shapes: unknown key (did you mean shape?)
                          line 17: artifacts.mixer.outputs: [] (expected: at least one)
                          line 18: artifacts.mixer.max_batch: 0 (expected: an integer, 1 to 4096)
                          line 19: tokenizer.file: tokenizer.json (expected: a name under files)
                          line 19: tokenizer.max_length: many (expected: an integer, 1 to 1000000)
                          line 19: tokenizer.pad_id: -1 (expected: an integer, 0 to 2147483647)
                          line 19: tokenizer.eos_id: missing (expected: an integer, 0 to 2147483647)
                          line 20: preprocessing.fit: crop (expected: cover or stretch)
                          line 20: preprocessing.mean: a list of 2 (expected: a list of 3 numbers)
                          line 20: preprocessing.std: [0.0, 1.0, 1.0] (expected: numbers greater than 0)
                          line 21: parameters: gain has no value (expected: a value for each key)
                          line 23: files.mixer.onnx: 15CA (expected: a sha256: 64 digits 0-9a-f)
                          line 23: files.weights.safetensors: missing (expected: the sha256 of every file in the folder)
                          line 25: files.lost.onnx: no such file (expected: a file in the model's folder)
                          line 26: files.../../../secret: outside 1 (expected: a file inside the model's folder)""");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            architecture: Mixer | architecture: {a: 1}   | 1 fault: line 4: architecture: keys with values (expected: a text)
            task: example       | tasks: example         | 2 faults: line 1: task: missing (expected: a text); line 3: tasks: unknown key (did you mean task?)
            max_batch: 8        | max_batch: 8.5         | 1 fault: line 30: artifacts.mixer.max_batch: 8.5 (expected: an integer, 1 to 4096)
            """)
    void aFaultNamesLineKeyFoundAndExpected(String found, String replacement, String message) {
        ExampleModel.edit(folder, found, replacement);
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: "
                        + message.replaceFirst(": ", "\n  ").replace("; ", "\n  "));
    }

    @Test
    void whatIsNoYamlIsToldWithItsLine() throws IOException {
        Files.writeString(folder.resolve("model.yaml"), "name: example\nversion: [1\n");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n"
                        + "  line 3: document: expected ',' or ']', but got <stream end> (expected: YAML)");
    }

    @Test
    void anEmptyFileIsToldAsSuch() throws IOException {
        Files.writeString(folder.resolve("model.yaml"), "# nothing yet\n");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n  the file is empty (expected: keys with values)");
    }

    @Test
    void namedClassesAreNeverMade() {
        ExampleModel.edit(folder, "gain: 0.5", "gain: !!java.net.URL [\"http://localhost\"]");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n"
                        + "  line 32: document: Global tag is not allowed: tag:yaml.org,2002:java.net.URL"
                        + " (expected: YAML)");
    }

    @Test
    void aCollectionInsideItselfIsRefused() {
        ExampleModel.edit(folder, "parameters:\n", "parameters: &self\n  again: *self\n");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n"
                        + "  line 31: parameters: nested more than 20 deep (expected: plain values, each key"
                        + " once)");
    }

    @Test
    void aRepeatedKeyIsFoundInParametersToo() {
        ExampleModel.edit(folder, "gain: 0.5", "gain: 0.5\n  gain: 0.25");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n"
                        + "  line 33: parameters: found duplicate key gain (expected: plain values, each key"
                        + " once)");
    }

    @Test
    void aFileThatIsNotListedIsAFault() throws IOException {
        Files.writeString(folder.resolve("extra.onnx"), "");
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessage("example/1/model.yaml: 1 fault\n"
                        + "  line 38: files.extra.onnx: missing (expected: the sha256 of every file in the"
                        + " folder)");
    }

    @Test
    void aLinkOutOfTheFolderIsRefused() throws IOException {
        Path elsewhere = Files.copy(folder.resolve("mixer.pt"), root.resolve("mixer.pt"));
        Files.delete(folder.resolve("mixer.pt"));
        Files.createSymbolicLink(folder.resolve("mixer.pt"), elsewhere);
        assertThatThrownBy(() -> ManifestReader.read(folder))
                .hasMessageContaining("files.mixer.pt: outside 1 (expected: a file inside the model's folder)")
                .extracting(e -> ((InferenceException) e).kind())
                .isEqualTo(ErrorKind.MISCONFIGURED);
    }
}
