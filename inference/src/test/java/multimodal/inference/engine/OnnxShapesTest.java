package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import multimodal.inference.repository.ExampleModel;
import multimodal.inference.tensor.Shape;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Graphs with fixed inputs, as another reader of ONNX sees them. */
class OnnxShapesTest {

    private static final Path GRAPH = ExampleModel.ROOT.resolve("example/1/mixer.onnx");

    @BeforeAll
    static void loadOnnxRuntime() {
        OnnxRuntimeEngine.open(EngineContract.ONE_THREAD);
    }

    @Test
    void theInputsHaveTheExtentsAndTheWeightsAreFound() throws IOException, OrtException {
        Path copy = TensorRtPlans.fixed(GRAPH, Map.of("values", Shape.of(4, 16), "index", Shape.of(4)));
        // ONNX Runtime refuses weights behind a link out of the graph's folder; TensorRT follows it.
        Path weights = copy.resolveSibling("weights.safetensors");
        assertThat(Files.isSymbolicLink(weights)).isTrue();
        Path target = weights.toRealPath();
        Files.delete(weights);
        Files.copy(target, weights);
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(copy.toString())) {
            assertThat(((TensorInfo) session.getInputInfo().get("values").getInfo()).getShape())
                    .containsExactly(4, 16);
            assertThat(((TensorInfo) session.getInputInfo().get("index").getInfo()).getShape())
                    .containsExactly(4);
            assertThat(session.getOutputInfo()).containsOnlyKeys("mixed", "next");
        } finally {
            TensorRtPlans.discard(copy);
        }
        assertThat(copy.getParent()).doesNotExist();
    }

    @Test
    void whatIsNotFixedStaysAsItIs() throws IOException {
        byte[] graph = Files.readAllBytes(GRAPH);
        assertThat(OnnxShapes.fix(graph, Map.of())).hasSizeLessThanOrEqualTo(graph.length);
        assertThat(OnnxShapes.fix(OnnxShapes.fix(graph, Map.of()), Map.of()))
                .isEqualTo(OnnxShapes.fix(graph, Map.of()));
    }

    @Test
    void whatIsNoGraphIsRefused() {
        assertThatThrownBy(() -> OnnxShapes.fix("no graph at all".getBytes(StandardCharsets.UTF_8), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no ONNX model: ");
    }
}
