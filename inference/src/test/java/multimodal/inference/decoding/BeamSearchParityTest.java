package multimodal.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import multimodal.inference.decoding.BeamSearch.Beam;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import org.junit.jupiter.api.Test;

class BeamSearchParityTest {

    private static final List<Long> PROMPT = List.of(3L, 5L);
    private static final long END = 0;

    private final GoldenTensors golden = GoldenTensors.read("beam");

    @Test
    void bestTextsAndTheirScoresEqualTransformers() {
        for (JsonNode one : golden.cases(null)) {
            List<Beam> done = search(one);
            for (int place = 0; place < one.get("scores").size(); place++) {
                Beam beam = done.get(place);
                List<Long> tokens = new ArrayList<>(beam.tokens());
                if (beam.finish() == FinishReason.END) {
                    tokens.add(END);
                }
                long[] expected =
                        golden.tensor(one.get("name").asText() + "_" + place).longs();
                assertThat(tokens)
                        .as(one.toString())
                        .isEqualTo(Arrays.stream(expected).boxed().toList());
                assertThat(beam.score())
                        .as(one.toString())
                        .isCloseTo(one.get("scores").get(place).asDouble(), within(1e-4));
            }
        }
    }

    @Test
    void widthOfOneIsGreedy() {
        Tensor table = golden.tensor("table_0");
        BeamSearch search =
                new BeamSearch(1, 1, PROMPT, LogitsFilter.chain(List.of()), new StopRule(END, 10, List.of()));
        List<Long> greedy = new ArrayList<>();
        long last = 5;
        while (last != END && greedy.size() < 10) {
            last = TokenSampler.greedy().sample(table.row((int) last).floats());
            if (last != END) {
                greedy.add(last);
            }
        }

        assertThat(run(search, table).get(0).tokens()).isEqualTo(greedy);
    }

    private List<Beam> search(JsonNode one) {
        BeamSearch search = new BeamSearch(
                one.get("beams").asInt(),
                one.get("length_penalty").asDouble(),
                PROMPT,
                LogitsFilter.chain(List.of(
                        LogitsFilter.repetitionPenalty(
                                (float) one.get("repetition_penalty").asDouble()),
                        LogitsFilter.leastLength(
                                END, PROMPT.size() + one.get("min_tokens").asInt()))),
                new StopRule(END, one.get("max_tokens").asInt(), List.of()));
        return run(search, golden.tensor(one.get("table").asText()));
    }

    private static List<Beam> run(BeamSearch search, Tensor table) {
        while (!search.open().isEmpty()) {
            search.advance(search.open().stream()
                    .map(beam -> table.row((int) last(beam)).floats())
                    .toList());
        }
        return search.done();
    }

    private static long last(Beam beam) {
        return beam.tokens().isEmpty()
                ? PROMPT.get(PROMPT.size() - 1)
                : beam.tokens().get(beam.tokens().size() - 1);
    }
}
