package multimodal.client.graph;

import com.google.gson.JsonPrimitive;
import java.math.BigInteger;

/** How much a graph file may hold, counted while it is read; and how its numbers are kept whole. */
final class TreeLimits {

    static final int MAX_DEPTH = 32;
    private static final int MAX_VALUES = 20_000;

    /** Beyond it a double no longer tells every whole number apart; proto3 JSON takes such numbers as texts. */
    private static final BigInteger LARGEST_EXACT = BigInteger.TWO.pow(53);

    private int count;

    /** Counts one more value, {@code depth} levels down. */
    void take(int depth) {
        if (depth > MAX_DEPTH) {
            throw new GraphException("more than %d levels".formatted(MAX_DEPTH));
        }
        count++;
        if (count > MAX_VALUES) {
            throw new GraphException("more than %d values".formatted(MAX_VALUES));
        }
    }

    static JsonPrimitive number(BigInteger number) {
        return number.abs().compareTo(LARGEST_EXACT) > 0
                ? new JsonPrimitive(number.toString())
                : new JsonPrimitive(number);
    }
}
