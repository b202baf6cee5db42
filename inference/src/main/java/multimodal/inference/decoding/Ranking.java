package multimodal.inference.decoding;

import java.util.Arrays;

/** Orders tokens by their scores. */
final class Ranking {

    private Ranking() {}

    /** The tokens from the worst to the best; of equals the later one counts as better. */
    static int[] ascending(float[] scores) {
        long[] keys = new long[scores.length];
        for (int token = 0; token < keys.length; token++) {
            keys[token] = (long) sortable(scores[token]) << 32 | token;
        }
        Arrays.sort(keys);
        int[] tokens = new int[keys.length];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (int) keys[i];
        }
        return tokens;
    }

    /** An int that sorts as the float does; both zeros are equal. */
    private static int sortable(float value) {
        int bits = Float.floatToIntBits(value + 0f);
        return bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
    }
}
