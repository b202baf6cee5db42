package multimodal.inference.tensor;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * A dense row-major value on the host. Engines copy it in and out, so nothing outside {@code engine} owns native memory
 * (decision 0003). The array is not copied on the way in or out: whoever builds a tensor from an array gives it away.
 */
public final class Tensor {

    private final Shape shape;
    private final Object data;

    private Tensor(Shape shape, Object data, int length) {
        if (shape.elementCount() != length) {
            throw new IllegalArgumentException("data: " + length + " elements (expected: " + shape + ")");
        }
        this.shape = shape;
        this.data = data;
    }

    public static Tensor of(float[] data, int... dimensions) {
        return new Tensor(Shape.of(dimensions), data, data.length);
    }

    public static Tensor of(long[] data, int... dimensions) {
        return new Tensor(Shape.of(dimensions), data, data.length);
    }

    public static Tensor of(Shape shape, float[] data) {
        return new Tensor(shape, data, data.length);
    }

    public static Tensor of(Shape shape, long[] data) {
        return new Tensor(shape, data, data.length);
    }

    public Shape shape() {
        return shape;
    }

    public DType dtype() {
        return data instanceof float[] ? DType.FLOAT32 : DType.INT64;
    }

    /** The elements of a {@link DType#FLOAT32} tensor, not a copy. */
    public float[] floats() {
        return (float[]) data;
    }

    /** The elements of an {@link DType#INT64} tensor, not a copy. */
    public long[] longs() {
        return (long[]) data;
    }

    /** The number of rows, the first extent. */
    public int rows() {
        return shape.dimension(0);
    }

    /** Rows {@code from} (inclusive) to {@code to} (exclusive) as a tensor of their own, copied. */
    public Tensor rows(int from, int to) {
        int stride = rows() == 0 ? 0 : shape.elementCount() / rows();
        Shape part = shape.withRows(to - from);
        return switch (dtype()) {
            case FLOAT32 -> of(part, Arrays.copyOfRange(floats(), from * stride, to * stride));
            case INT64 -> of(part, Arrays.copyOfRange(longs(), from * stride, to * stride));
        };
    }

    /** Row {@code index}, kept as a batch of one. */
    public Tensor row(int index) {
        return rows(index, index + 1);
    }

    /** All rows {@code times} times under one another, at least once. */
    public Tensor repeat(int times) {
        return concatenateRows(Collections.nCopies(times, this));
    }

    /** The same elements under another shape of equal size. */
    public Tensor reshape(int... dimensions) {
        return new Tensor(Shape.of(dimensions), data, shape.elementCount());
    }

    /**
     * Puts tensors of one dtype and equal trailing extents under one another.
     *
     * @throws IllegalArgumentException if {@code parts} is empty or the parts do not fit together
     */
    public static Tensor concatenateRows(List<Tensor> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("parts: none (expected: at least 1)");
        }
        Tensor first = parts.get(0);
        int rows = 0;
        for (Tensor part : parts) {
            if (part.dtype() != first.dtype() || !part.shape.withRows(0).equals(first.shape.withRows(0))) {
                throw new IllegalArgumentException(
                        "parts: " + part + " beside " + first + " (expected: alike but for rows)");
            }
            rows += part.rows();
        }
        Shape whole = first.shape.withRows(rows);
        return switch (first.dtype()) {
            case FLOAT32 -> of(whole, concatenateFloats(parts, whole.elementCount()));
            case INT64 -> of(whole, concatenateLongs(parts, whole.elementCount()));
        };
    }

    private static float[] concatenateFloats(List<Tensor> parts, int length) {
        float[] all = new float[length];
        int offset = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.floats(), 0, all, offset, part.floats().length);
            offset += part.floats().length;
        }
        return all;
    }

    private static long[] concatenateLongs(List<Tensor> parts, int length) {
        long[] all = new long[length];
        int offset = 0;
        for (Tensor part : parts) {
            System.arraycopy(part.longs(), 0, all, offset, part.longs().length);
            offset += part.longs().length;
        }
        return all;
    }

    @Override
    public String toString() {
        return dtype() + " " + shape;
    }
}
