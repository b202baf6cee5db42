package multimodal.inference.diffusion;

import java.util.Arrays;
import java.util.List;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/**
 * Classifier-free guidance (Ho and Salimans 2022): the network is asked with and without the prompt, and the difference is
 * followed {@code scale} times. In a batch the rows without the prompt come first, as in diffusers.
 *
 * @param scale finite, 0 to 30; at 1 or less nothing is guided and each request takes one slot instead of two
 */
public record ClassifierFreeGuidance(float scale) {

    private static final float MAX_SCALE = 30;

    public ClassifierFreeGuidance {
        if (!(scale >= 0 && scale <= MAX_SCALE)) {
            throw InferenceException.invalid("guidance_scale", scale, "finite, 0 to 30");
        }
    }

    /** Whether the network is asked without the prompt too. */
    public boolean isActive() {
        return scale > 1;
    }

    /** Slots that {@code rows} samples take in each call. */
    public int slots(int rows) {
        return isActive() ? 2 * rows : rows;
    }

    /** The condition of each slot: that of the negative prompt for the first half, that of the prompt for the rest. */
    public Tensor conditions(Tensor unconditional, Tensor conditional) {
        return isActive() ? Tensor.concatenateRows(List.of(unconditional, conditional)) : conditional;
    }

    /** The samples once for each slot: {@code samples} (rows, …) to ({@link #slots}, …). */
    public Tensor expand(Tensor samples) {
        return isActive() ? Tensor.concatenateRows(List.of(samples, samples)) : samples;
    }

    /** Puts the network's answers together: ({@link #slots}, …) to (rows, …), unconditional + scale × difference. */
    public Tensor combine(Tensor predictions) {
        return combine(predictions, predictions.shape().dimension(1));
    }

    /**
     * The same of answers that tell more than what is guided.
     *
     * @param guidedChannels the first of those on the second axis; the others are taken from the rows with the prompt
     */
    public Tensor combine(Tensor predictions, int guidedChannels) {
        if (!isActive()) {
            return predictions;
        }
        int rows = predictions.rows() / 2;
        float[] both = predictions.floats();
        float[] guided = Arrays.copyOfRange(both, both.length / 2, both.length);
        int row = guided.length / rows;
        int end = row / predictions.shape().dimension(1) * guidedChannels;
        for (int start = 0; start < guided.length; start += row) {
            for (int i = start; i < start + end; i++) {
                guided[i] = both[i] + scale * (guided[i] - both[i]);
            }
        }
        return Tensor.of(predictions.shape().withRows(rows), guided);
    }
}
