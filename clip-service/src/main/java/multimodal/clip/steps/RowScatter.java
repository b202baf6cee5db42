package multimodal.clip.steps;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/** Puts rows that were computed in another order back into their places. Not thread-safe. */
public final class RowScatter {

    private final Tensor[] rows;

    /** @param count the rows of the whole, at least 1 */
    public RowScatter(int count) {
        this.rows = new Tensor[count];
    }

    /** Row {@code i} of {@code values} belongs at {@code places.get(i)}. */
    public void put(List<Integer> places, Tensor values) {
        for (int row = 0; row < places.size(); row++) {
            rows[places.get(row)] = values.row(row);
        }
    }

    /** All rows in the order of their places; every place must have been filled. */
    public Tensor toTensor() {
        return Tensor.concatenateRows(List.of(rows));
    }
}
