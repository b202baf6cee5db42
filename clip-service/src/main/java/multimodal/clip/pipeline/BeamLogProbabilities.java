package multimodal.clip.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import multimodal.inference.decoding.BeamSearch;
import multimodal.inference.decoding.LogProbabilities;

/** Remembers the model's own log-probability of the last token of every text that a beam search followed. */
final class BeamLogProbabilities {

    private final Map<List<Long>, Float> ofLast = new HashMap<>();

    /** Takes in the step that led from {@code parents} (with their logits) to the present state of {@code search}. */
    void learn(List<BeamSearch.Beam> parents, List<float[]> logits, BeamSearch search) {
        Map<List<Long>, float[]> byParent = new HashMap<>();
        for (int index = 0; index < parents.size(); index++) {
            byParent.put(parents.get(index).tokens(), logits.get(index));
        }
        Stream.concat(search.open().stream(), search.done().stream()).forEach(beam -> {
            int last = beam.tokens().size() - 1;
            float[] row = last < 0 ? null : byParent.get(beam.tokens().subList(0, last));
            if (row != null) {
                ofLast.put(
                        beam.tokens(),
                        LogProbabilities.of(row, beam.tokens().get(last).intValue()));
            }
        });
    }

    /** The log-probability of each of {@code tokens}, of a text that {@link #learn} has seen. */
    List<Float> of(List<Long> tokens) {
        return IntStream.rangeClosed(1, tokens.size())
                .mapToObj(length -> ofLast.get(tokens.subList(0, length)))
                .toList();
    }
}
