package multimodal.inference.decoding;

import java.util.Arrays;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What a decoder has made of the ids so far, its keys and values, so that each step hands in new ids alone. Holds some
 * sequences of one length; they are padded to a number of places that follows from that length, so that a text meets the
 * network in the same shapes whoever shares the batch. Not thread-safe.
 */
public final class KeyValueCache {

    /** Name of the decoder's input that takes {@link #past}. */
    public static final String PAST = "past_key_values";

    /** Name of the decoder's input that takes {@link #pastLength}. */
    public static final String PAST_LENGTH = "past_length";

    /** Name of the decoder's output that {@link #add} takes. */
    public static final String ADDED = "key_values";

    /** Few different numbers of places: rows share a call only where they have the same. */
    private static final int LEAST_PLACES = 32;

    private static final int PLACE_AXIS = 3;

    private final int limit;
    private final int blocks;
    private final int width;
    private Shape shape;
    private float[] values = {};
    private int length;

    /**
     * An empty cache of one sequence.
     *
     * @param past of the decoder's input in the manifest: (any, 2 × layers, heads, any, width of a head)
     * @param limit ids of a sequence at the most
     */
    public KeyValueCache(Shape past, int limit) {
        this.limit = limit;
        this.blocks = past.dimension(1) * past.dimension(2);
        this.width = past.dimension(PLACE_AXIS + 1);
        this.shape = Shape.of(1, past.dimension(1), past.dimension(2), 0, width);
    }

    /** float32 (sequences, 2 × layers, heads, places, width), of which the first {@link #length} places are real. Not a copy. */
    public Tensor past() {
        return Tensor.of(shape, values);
    }

    /** {@link #length} of each sequence, int64 (sequences). */
    public Tensor pastLength() {
        long[] lengths = new long[sequences()];
        Arrays.fill(lengths, length);
        return Tensor.of(lengths, lengths.length);
    }

    /** Ids that it holds of each sequence. */
    public int length() {
        return length;
    }

    public int sequences() {
        return shape.dimension(0);
    }

    /**
     * Takes in what a step has made.
     *
     * @param added float32 (sequences, 2 × layers, heads, new places, width)
     * @param count how many of the new places are real, the first ones
     */
    public void add(Tensor added, int count) {
        reserve(length + count);
        int from = added.shape().dimension(PLACE_AXIS) * width;
        int to = places() * width;
        for (int block = 0; block < sequences() * blocks; block++) {
            System.arraycopy(added.floats(), block * from, values, block * to + length * width, count * width);
        }
        length += count;
    }

    /** Goes on with the sequences at these places, in this order; one may go on more than once. */
    public void select(int... sequences) {
        boolean isAsItWas = sequences.length == sequences();
        for (int place = 0; place < sequences.length; place++) {
            isAsItWas &= sequences[place] == place;
        }
        if (isAsItWas) {
            return;
        }
        int size = blocks * places() * width;
        float[] selected = new float[sequences.length * size];
        for (int place = 0; place < sequences.length; place++) {
            System.arraycopy(values, sequences[place] * size, selected, place * size, size);
        }
        values = selected;
        shape = shape.withRows(sequences.length);
    }

    private int places() {
        return shape.dimension(PLACE_AXIS);
    }

    private void reserve(int needed) {
        if (needed > limit) {
            throw new IllegalStateException("cache: " + needed + " ids (expected: at most " + limit + ")");
        }
        int before = places();
        int after = places(needed);
        if (after == before) {
            return;
        }
        float[] wider = new float[sequences() * blocks * after * width];
        for (int block = 0; block < sequences() * blocks; block++) {
            System.arraycopy(values, block * before * width, wider, block * after * width, length * width);
        }
        values = wider;
        shape = Shape.of(sequences(), shape.dimension(1), shape.dimension(2), after, width);
    }

    private int places(int needed) {
        int places = LEAST_PLACES;
        while (places < needed) {
            places *= 2;
        }
        return Math.min(places, limit);
    }
}
