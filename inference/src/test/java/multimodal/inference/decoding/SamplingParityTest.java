package multimodal.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.Test;

class SamplingParityTest {

    private final GoldenTensors golden = GoldenTensors.read("sampling");

    @Test
    void filteredScoresAndProbabilitiesEqualTransformers() {
        List<Long> history =
                Arrays.stream(golden.tensor("history").longs()).boxed().toList();
        for (JsonNode one : golden.cases(null)) {
            String name = one.get("name").asText();
            float[] logits = golden.tensor(one.get("logits").asText()).floats();
            float[] scores = filters(one).apply(logits, history);
            assertThat(Tolerance.largestDifference(
                            scores, golden.tensor(name + "_scores").floats()))
                    .as(one.toString())
                    .isLessThanOrEqualTo(1e-6);
            assertThat(Tolerance.largestDifference(
                            LogProbabilities.softmax(scores),
                            golden.tensor(name + "_probabilities").floats()))
                    .as(one.toString())
                    .isLessThanOrEqualTo(1e-6);
        }
    }

    private static LogitsFilter filters(JsonNode one) {
        List<LogitsFilter> filters = new ArrayList<>();
        if (one.hasNonNull("repetition_penalty")) {
            filters.add(LogitsFilter.repetitionPenalty(
                    (float) one.get("repetition_penalty").asDouble()));
        }
        if (one.hasNonNull("temperature")) {
            filters.add(LogitsFilter.temperature((float) one.get("temperature").asDouble()));
        }
        if (one.hasNonNull("top_k")) {
            filters.add(LogitsFilter.topK(one.get("top_k").asInt()));
        }
        if (one.hasNonNull("top_p")) {
            filters.add(LogitsFilter.topP(one.get("top_p").asDouble()));
        }
        return LogitsFilter.chain(filters);
    }
}
