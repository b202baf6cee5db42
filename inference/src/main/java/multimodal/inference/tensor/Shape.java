package multimodal.inference.tensor;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The extents of a tensor, outermost first. The first extent of everything that is batched counts rows.
 *
 * @param dimensions extents, each at least 0; in a manifest {@code -1} stands for "any"
 */
public record Shape(List<Integer> dimensions) {

    /** The manifest's mark for an extent that is known only at run time. */
    public static final int ANY = -1;

    public Shape {
        dimensions = List.copyOf(dimensions);
        for (int dimension : dimensions) {
            if (dimension < ANY) {
                throw new IllegalArgumentException("dimension: " + dimension + " (expected: >= 0, or -1 for any)");
            }
        }
    }

    public static Shape of(int... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    public int rank() {
        return dimensions.size();
    }

    public int dimension(int axis) {
        return dimensions.get(axis);
    }

    /** The number of elements; every extent must be known. */
    public int elementCount() {
        int count = 1;
        for (int dimension : dimensions) {
            if (dimension == ANY) {
                throw new IllegalStateException("shape " + this + " has an extent that is not known");
            }
            count = Math.multiplyExact(count, dimension);
        }
        return count;
    }

    /** This shape with another number of rows. */
    public Shape withRows(int rows) {
        int[] changed = dimensions.stream().mapToInt(Integer::intValue).toArray();
        changed[0] = rows;
        return of(changed);
    }

    /** Whether {@code actual} has this rank and equals every extent that is not {@link #ANY}. */
    public boolean accepts(Shape actual) {
        if (actual.rank() != rank()) {
            return false;
        }
        for (int axis = 0; axis < rank(); axis++) {
            if (dimension(axis) != ANY && dimension(axis) != actual.dimension(axis)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return dimensions.stream()
                .map(dimension -> dimension == ANY ? "?" : dimension.toString())
                .collect(Collectors.joining("x"));
    }
}
