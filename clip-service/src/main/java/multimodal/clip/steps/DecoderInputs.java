package multimodal.clip.steps;

import java.util.List;
import java.util.Map;
import multimodal.inference.tensor.Tensor;

/**
 * What one step of a text decoder reads: the sequences so far, padded so that rows of other requests may join the call.
 *
 * @param limit longest sequence that the decoder reads
 * @param padId fills sequences up
 */
public record DecoderInputs(int limit, long padId) {

    /**
     * Sequences alone.
     *
     * @param sequences at least 1, all of one length
     * @return {@code input_ids} and {@code attention_mask}, int64 (sequences, padded length)
     */
    public Map<String, Tensor> of(List<List<Long>> sequences) {
        int length = PaddedTokens.length(sequences.get(0).size(), limit);
        return PaddedTokens.inputs(sequences, length, padId);
    }

    /**
     * Sequences about one picture.
     *
     * @param patches float32 (1, patches, dimension)
     * @return as {@link #of(List)}, and {@code encoder_hidden_states} (sequences, patches, dimension)
     */
    public Map<String, Tensor> of(List<List<Long>> sequences, Tensor patches) {
        Map<String, Tensor> inputs = of(sequences);
        List<Tensor> copies = sequences.stream().map(any -> patches).toList();
        inputs.put("encoder_hidden_states", Tensor.concatenateRows(copies));
        return inputs;
    }
}
