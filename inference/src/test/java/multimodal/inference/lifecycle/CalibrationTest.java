package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import multimodal.inference.admission.RowTimes;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelId;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.repository.Parameters;
import multimodal.inference.repository.TensorSpec;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.DType;
import multimodal.inference.tensor.Shape;
import multimodal.inference.testing.ManualTicker;
import multimodal.inference.testing.ScriptedEngine;
import multimodal.inference.testing.ToyRepository;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {

    private static final Map<Integer, Integer> PAYING = Map.of(1, 10, 2, 18, 4, 32);
    private static final Map<Integer, Integer> NOT_PAYING = Map.of(1, 10, 2, 20, 4, 40);

    @TempDir
    Path root;

    private final ManualTicker clock = new ManualTicker();
    private Machine machine = new Machine(Map.of(), 0, 0, 0);
    private final ScriptedEngine engine = new ScriptedEngine(inputs -> {
        machine.run(inputs.get("x").rows());
        return Map.of();
    });

    @Test
    void batchesThatMakeRowsCheaperAreAllowed() {
        assertThat(calibration(100, 180, 360).batchLimit(16)).isEqualTo(16);
    }

    @Test
    void batchesThatDoNotPayAreNotFormed() {
        assertThat(calibration(100, 198, 392).batchLimit(16)).isEqualTo(1);
    }

    @Test
    void timeOfARowDependsOnItsCompany() {
        RowTimes times = calibration(100, 180, 280).rowTimes(8);
        assertThat(times.nanosPerRow(1)).isEqualTo(100e6);
        assertThat(times.nanosPerRow(2)).isEqualTo(90e6);
        assertThat(times.nanosPerRow(3)).isCloseTo(230e6 / 3, within(1.0));
        assertThat(times.nanosPerRow(4)).isEqualTo(70e6);
        assertThat(times.nanosPerRow(100)).isEqualTo(70e6);
    }

    @Test
    void whereNoBatchesAreFormedThereIsNoCompany() {
        assertThat(calibration(100, 198, 392).rowTimes(1).nanosPerRow(4)).isEqualTo(100e6);
    }

    @Test
    void callOfAFixedSizeTakesTheSameForFewerRows() {
        RowTimes times = new Calibration(new TreeMap<>(Map.of(4, Duration.ofMillis(60)))).rowTimes(4);
        assertThat(times.nanosPerRow(1)).isEqualTo(60e6);
        assertThat(times.nanosPerRow(2)).isEqualTo(30e6);
        assertThat(times.nanosPerRow(9)).isEqualTo(15e6);
    }

    @Test
    void tableIsOneLine() {
        assertThat(calibration(100, 180, 360)).hasToString("1: 100.0 ms, 2: 180.0 ms, 4: 360.0 ms");
    }

    @Test
    void aQuietMachineIsTimedExactly() {
        machine = quiet(PAYING);
        assertThat(measure(8)).hasToString("1: 10.0 ms, 2: 18.0 ms, 4: 32.0 ms");
    }

    /** A row alone fits between two slices of the other work, a batch of four never does. */
    @ParameterizedTest
    @ValueSource(ints = {0, 3, 7, 11, 15, 19})
    void otherWorkDoesNotMakeBatchesSeemNotToPay(int millisOfFirstSlice) {
        machine = new Machine(PAYING, millisOfFirstSlice, 20, 30);
        assertThat(measure(8).batchLimit(8)).isEqualTo(8);
    }

    @Test
    void oneDisturbedRoundDecidesNothing() {
        // The pair of the first round is hit, and with that the time for more rounds is gone.
        machine = new Machine(PAYING, 50, 1_000_000, 5_000);
        assertThat(measure(2).batchLimit(2)).isEqualTo(2);
        assertThat(engine.batchSizes()).isEqualTo(List.of(1, 2, 1, 1, 2, 1, 1, 2));
    }

    @Test
    void batchesAreGivenUpAfterManyRoundsOnly() {
        machine = quiet(NOT_PAYING);
        assertThat(measure(8).batchLimit(8)).isEqualTo(1);
        assertThat(Collections.frequency(engine.batchSizes(), 4)).isEqualTo(1 + 10);
    }

    @Test
    void ratherSlowModelsAreTimedTwice() {
        machine = quiet(Map.of(1, 4_000, 2, 8_000, 4, 16_000));
        measure(8);
        assertThat(engine.batchSizes()).isEqualTo(List.of(1, 2, 4, 1, 1, 1, 1, 2, 2, 4, 1, 1, 1, 1, 2, 2, 4));
    }

    @Test
    void slowModelsAreTimedOnceAndRunAlone() {
        machine = quiet(Map.of(1, 6_000));
        Calibration calibration = measure(8);
        assertThat(calibration).hasToString("1: 6000.0 ms");
        assertThat(calibration.batchLimit(8)).isEqualTo(1);
        assertThat(engine.batchSizes()).isEqualTo(List.of(1, 1));
    }

    @Test
    void aSlowFirstCallIsNoSlowModel() {
        machine = new Machine(PAYING, 5, 1_000_000, 6_000);
        assertThat(measure(8)).hasToString("1: 10.0 ms, 2: 18.0 ms, 4: 32.0 ms");
    }

    @Test
    void noBatchIsLargerThanItMayBe() {
        machine = quiet(PAYING);
        assertThat(measure(3)).hasToString("1: 10.0 ms, 2: 18.0 ms");
        assertThat(measure(1)).hasToString("1: 10.0 ms");
    }

    @Test
    void aLongPromptWeighsAsManyStepsAsItTakes() {
        Calibration calibration = new Calibration(
                new TreeMap<>(Map.of(1, Duration.ofMillis(10))),
                Optional.of(new Calibration.Prompt(96, Duration.ofMillis(120))));
        RowTimes times = calibration.rowTimes(1);
        assertThat(times.promptUnits(96)).isEqualTo(12);
        assertThat(times.promptUnits(32)).isCloseTo(4, within(1e-9));
        assertThat(times.promptUnits(1)).isEqualTo(1);
        assertThat(calibration).hasToString("1: 10.0 ms, a prompt of 96: 120.0 ms");
    }

    @Test
    void aDecoderIsTimedWithItsLongestPrompt() {
        ArtifactSpec decoder = new ArtifactSpec(
                "decoder",
                Map.of(),
                List.of(
                        new TensorSpec("input_ids", DType.INT64, Shape.of(-1, -1)),
                        new TensorSpec("attention_mask", DType.INT64, Shape.of(-1, -1)),
                        new TensorSpec("past_length", DType.INT64, Shape.of(-1)),
                        new TensorSpec("past_key_values", DType.FLOAT32, Shape.of(-1, 2, 1, -1, 3))),
                List.of(),
                1);
        List<String> seen = new ArrayList<>();
        ScriptedEngine reader = new ScriptedEngine(inputs -> {
            Shape ids = inputs.get("input_ids").shape();
            Shape past = inputs.get("past_key_values").shape();
            seen.add(ids + " beside " + past + ", of them "
                    + inputs.get("past_length").longs()[0]);
            clock.advance(Duration.ofMillis(ids.dimension(1)));
            return Map.of();
        });
        Calibration calibration =
                Calibration.measure(reader.graph("decoder"), decoder, new WarmUpInputs(texts(decoder, 40)), 1, clock);
        assertThat(calibration).hasToString("1: 1.0 ms, a prompt of 40: 40.0 ms");
        assertThat(new TreeSet<>(seen))
                .containsExactly("1x1 beside 1x2x1x40x3, of them 1", "1x40 beside 1x2x1x0x3, of them 0");
        assertThat(calibration.rowTimes(1).promptUnits(16)).isCloseTo(16, within(1e-9));
    }

    private static ModelManifest texts(ArtifactSpec artifact, int longest) {
        return new ModelManifest(
                new ModelId("toy", "1"),
                Path.of("toy", "1"),
                "texts",
                "none",
                "none",
                Map.of(artifact.name(), artifact),
                Optional.of(new TokenizerSpec("tokenizer.json", longest, 0, 1, 2)),
                Optional.empty(),
                new Parameters(Map.of()),
                Map.of());
    }

    private Calibration measure(int maxRows) {
        ToyRepository.write(root, "toy", "1", "toys");
        ModelManifest manifest = new ModelRepository(List.of(root)).load(new ModelId("toy", "1"));
        return Calibration.measure(
                engine.graph("adder"), manifest.artifacts().get("adder"), new WarmUpInputs(manifest), maxRows, clock);
    }

    private static Calibration calibration(int one, int two, int four) {
        return new Calibration(new TreeMap<>(
                Map.of(1, Duration.ofMillis(one), 2, Duration.ofMillis(two), 4, Duration.ofMillis(four))));
    }

    private Machine quiet(Map<Integer, Integer> millis) {
        return new Machine(millis, 1_000_000, 0, 0);
    }

    /** A processor that works for us in slices, and for others between them. */
    private final class Machine {
        private final Map<Integer, Integer> millis;
        private final int slice;
        private final int stolen;
        private int left;

        /** @param millis of work for a call, by its rows */
        Machine(Map<Integer, Integer> millis, int firstSlice, int slice, int stolen) {
            this.millis = millis;
            this.left = firstSlice;
            this.slice = slice;
            this.stolen = stolen;
        }

        void run(int rows) {
            int work = millis.get(rows);
            while (work > left) {
                clock.advance(Duration.ofMillis(left + stolen));
                work -= left;
                left = slice;
            }
            clock.advance(Duration.ofMillis(work));
            left -= work;
        }
    }
}
