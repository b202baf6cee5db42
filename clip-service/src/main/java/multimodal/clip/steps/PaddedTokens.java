package multimodal.clip.steps;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import multimodal.inference.tensor.Tensor;

/**
 * Rows of ids, padded on the right. The padded length follows from a row's own length alone, so the same text always
 * meets the network in the same shape, whoever shares the batch.
 */
public final class PaddedTokens {

    private static final int MULTIPLE = 8;

    private PaddedTokens() {}

    /** {@code length} rounded up to a multiple of 8, at most {@code limit}. */
    public static int length(int length, int limit) {
        return Math.min(limit, (length + MULTIPLE - 1) / MULTIPLE * MULTIPLE);
    }

    /**
     * The rows as a graph takes them.
     *
     * @param rows each at most {@code length} ids
     * @return {@code input_ids} and {@code attention_mask} (1 on ids, 0 on padding), int64 (rows, length)
     */
    public static Map<String, Tensor> inputs(List<List<Long>> rows, int length, long padId) {
        long[] ids = new long[rows.size() * length];
        long[] mask = new long[rows.size() * length];
        Arrays.fill(ids, padId);
        int start = 0;
        for (List<Long> row : rows) {
            for (int index = 0; index < row.size(); index++) {
                ids[start + index] = row.get(index);
                mask[start + index] = 1;
            }
            start += length;
        }
        Map<String, Tensor> inputs = new HashMap<>();
        inputs.put("input_ids", Tensor.of(ids, rows.size(), length));
        inputs.put("attention_mask", Tensor.of(mask, rows.size(), length));
        return inputs;
    }
}
