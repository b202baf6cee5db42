package multimodal.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

/** Which sessions calls are given, with sessions that run nothing. */
class TensorRtGraphTest {

    private static final ArtifactSpec DOUBLER = new ArtifactSpec(
            "doubler",
            Map.of(),
            List.of(
                    new TensorSpec("values", DType.FLOAT32, Shape.of(-1, -1)),
                    new TensorSpec("step", DType.INT64, Shape.of(-1))),
            List.of(new TensorSpec("doubled", DType.FLOAT32, Shape.of(-1, -1))),
            6);

    private final List<String> opened = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final TensorRtGraph graph = new TensorRtGraph("toy/1 doubler.onnx", DOUBLER, inputs -> open(inputs));

    /** Doubles what it is given, padding included. */
    private record Doubler(Map<String, Shape> inputShapes, List<String> closed) implements TensorRtSession {

        @Override
        public Map<String, Tensor> run(Map<String, Tensor> inputs) {
            assertThat(inputs.get("values").shape()).isEqualTo(inputShapes.get("values"));
            assertThat(inputs.get("step").shape()).isEqualTo(inputShapes.get("step"));
            float[] values = inputs.get("values").floats().clone();
            for (int i = 0; i < values.length; i++) {
                values[i] *= 2;
            }
            return Map.of("doubled", Tensor.of(inputs.get("values").shape(), values));
        }

        @Override
        public void close() {
            closed.add(inputShapes.get("values").toString());
        }
    }

    private TensorRtSession open(Map<String, Shape> inputs) {
        opened.add(inputs.get("values").toString());
        return new Doubler(inputs, closed);
    }

    @Test
    void rowsAreFilledUpToAPowerOfTwoAndCutOffAgain() {
        assertThat(run(3, 2).get("doubled").floats()).containsExactly(0, 2, 4, 6, 8, 10);
        assertThat(run(4, 2).get("doubled").rows()).isEqualTo(4);
        assertThat(run(1, 2).get("doubled").floats()).containsExactly(0, 2);
        assertThat(opened).containsExactly("4x2", "1x2");
    }

    @Test
    void moreRowsThanTheManifestAllowsAreNeverMade() {
        assertThat(run(5, 2).get("doubled").rows()).isEqualTo(5);
        assertThat(opened).containsExactly("6x2");
    }

    @Test
    void theLeastRecentlyUsedOfTooManyShapesGoes() {
        for (int width = 1; width <= 16; width++) {
            run(1, width);
        }
        run(1, 1);
        run(1, 17);
        assertThat(closed).containsExactly("1x2");
        graph.close();
        graph.close();
        assertThat(closed).hasSize(17);
        assertThatThrownBy(() -> run(1, 1)).hasMessage("toy/1 doubler.onnx: called after close");
    }

    @Test
    void aPlanTakesWhatItWasBuiltFor() {
        Map<String, Shape> built = new LinkedHashMap<>();
        built.put("values", Shape.of(4, 2));
        built.put("step", Shape.of(4));
        try (TensorRtGraph plan = new TensorRtGraph("toy/1 doubler.plan", DOUBLER, inputs -> open(built))) {
            assertThat(plan.run(inputs(2, 2)).get("doubled").floats()).containsExactly(0, 2, 4, 6);
            assertThatThrownBy(() -> plan.run(inputs(5, 2)))
                    .hasMessage("toy/1 doubler.plan: input values: 5x2"
                            + " (expected: 4x2 or fewer rows, which the plan was built for)");
            assertThatThrownBy(() -> plan.run(inputs(2, 3)))
                    .hasMessageContaining("input values: 2x3 (expected: 4x2 or fewer rows");
        }
    }

    private Map<String, Tensor> run(int rows, int width) {
        return graph.run(inputs(rows, width));
    }

    private static Map<String, Tensor> inputs(int rows, int width) {
        float[] values = new float[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        return Map.of("values", Tensor.of(values, rows, width), "step", Tensor.of(new long[rows], rows));
    }
}
