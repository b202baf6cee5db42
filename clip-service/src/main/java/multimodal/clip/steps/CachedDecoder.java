package multimodal.clip.steps;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.KeyValueCache;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * A decoder that reads each id once: it keeps keys and values of the sequences that one text follows, one or, with beams,
 * several of the same length. Not thread-safe.
 */
public final class CachedDecoder {

    private static final int ONE_ID = 1;

    private final Row row;
    private final TokenizerSpec tokenizer;
    private final KeyValueCache cache;
    /** What every sequence sees beside its ids, by input name, one row each. */
    private final Map<String, Tensor> seen;

    /** {@link #seen} as often as there are sequences. */
    private Map<String, Tensor> seenByAll;

    /**
     * A decoder that has read nothing.
     *
     * @param row its place in the step batch
     * @param tokenizer for the longest sequence and the padding
     * @param past shape of the input {@link KeyValueCache#PAST} in the manifest
     * @param seen further inputs that stay the same, such as a picture; one row each
     */
    public CachedDecoder(Row row, TokenizerSpec tokenizer, Shape past, Map<String, Tensor> seen) {
        this.row = row;
        this.tokenizer = tokenizer;
        this.cache = new KeyValueCache(past, tokenizer.maxLength());
        this.seen = seen;
        this.seenByAll = seen;
    }

    /** Ids of a prompt with the padding that it is read with. */
    public static int readAtOnce(List<Long> prompt, TokenizerSpec tokenizer) {
        return PaddedTokens.length(prompt.size(), tokenizer.maxLength());
    }

    /**
     * Reads the prompt; once, before {@link #next}.
     *
     * @param prompt ids, at least 1
     * @return scores of what may come after it
     */
    public float[] begin(List<Long> prompt) {
        return step(Phase.PREFILL, List.of(prompt), readAtOnce(prompt, tokenizer))
                .get(0);
    }

    /**
     * Reads one id more of each sequence.
     *
     * @param parents which sequences go on, by their places in the last call
     * @param ids what each of them goes on with
     * @return scores of what may come then, in the order of {@code parents}
     */
    public List<float[]> next(List<Integer> parents, List<Long> ids) {
        cache.select(parents.stream().mapToInt(Integer::intValue).toArray());
        if (seenByAll.values().stream().anyMatch(tensor -> tensor.rows() != ids.size())) {
            seenByAll = repeated(ids.size());
        }
        return step(Phase.DECODE, ids.stream().map(List::of).toList(), ONE_ID);
    }

    private List<float[]> step(Phase phase, List<List<Long>> ids, int padded) {
        Map<String, Tensor> inputs = new HashMap<>(seenByAll);
        inputs.putAll(PaddedTokens.inputs(ids, padded, tokenizer.padId()));
        inputs.put(KeyValueCache.PAST_LENGTH, cache.pastLength());
        inputs.put(KeyValueCache.PAST, cache.past());
        Map<String, Tensor> outputs = row.step(phase, inputs);
        cache.add(outputs.get(KeyValueCache.ADDED), ids.get(0).size());
        return rows(outputs.get("logits"));
    }

    private Map<String, Tensor> repeated(int times) {
        return seen.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, input -> input.getValue()
                .repeat(times)));
    }

    private static List<float[]> rows(Tensor logits) {
        List<float[]> rows = new ArrayList<>();
        for (int index = 0; index < logits.rows(); index++) {
            rows.add(logits.row(index).floats());
        }
        return rows;
    }
}
