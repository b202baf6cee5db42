package multimodal.inference.diffusion;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import multimodal.inference.tensor.Shape;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.Test;

class SeededNoiseParityTest {

    private static final double TOLERANCE = 1e-6;

    private final GoldenTensors golden = GoldenTensors.read("noise");

    @Test
    void everySingleDrawEqualsTorch() {
        for (JsonNode single : golden.cases("single")) {
            SeededNoise noise = new SeededNoise(single.get("seed").asLong());
            Tolerance.assertClose(
                    single.toString(),
                    noise.next(Shape.of(single.get("length").asInt())),
                    golden.tensor(single.get("tensor").asText()),
                    TOLERANCE);
        }
    }

    @Test
    void everySequenceOfDrawsEqualsTorch() {
        for (JsonNode sequence : golden.cases("sequence")) {
            SeededNoise noise = new SeededNoise(sequence.get("seed").asLong());
            for (int draw = 0; draw < sequence.get("lengths").size(); draw++) {
                Tolerance.assertClose(
                        sequence + " draw " + draw,
                        noise.next(Shape.of(sequence.get("lengths").get(draw).asInt())),
                        golden.tensor(sequence.get("tensors").get(draw).asText()),
                        TOLERANCE);
            }
        }
    }

    @Test
    void theGoldensCoverEveryLengthAroundABlock() {
        assertThat(golden.cases("single"))
                .extracting(single -> single.get("length").asInt())
                .contains(1, 2, 8, 15, 16, 17, 31, 32, 33, 3072);
    }
}
