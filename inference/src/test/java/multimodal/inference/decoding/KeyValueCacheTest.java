package multimodal.inference.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class KeyValueCacheTest {

    private static final int LIMIT = 80;

    /** Two blocks (keys and values of one layer with one head) of two numbers a place. */
    private final KeyValueCache cache = new KeyValueCache(Shape.of(Shape.ANY, 2, 1, Shape.ANY, 2), LIMIT);

    @Test
    void emptyCacheHasNoPlaces() {
        assertThat(cache.past().shape()).isEqualTo(Shape.of(1, 2, 1, 0, 2));
        assertThat(cache.pastLength().longs()).containsExactly(0);
    }

    @Test
    void placesFollowFromTheLengthAlone() {
        cache.add(added(1, 8), 3);
        assertThat(cache.past().shape().dimension(3)).isEqualTo(32);
        cache.add(added(1, 29), 29);
        assertThat(cache.past().shape().dimension(3)).isEqualTo(32);
        cache.add(added(1, 1), 1);
        assertThat(cache.past().shape().dimension(3)).isEqualTo(64);
        cache.add(added(1, 32), 32);
        assertThat(cache.past().shape().dimension(3)).isEqualTo(LIMIT);
        assertThat(cache.pastLength().longs()).containsExactly(65);
    }

    @Test
    void whatWasKeptStaysInItsPlaceWhenTheCacheGrows() {
        cache.add(added(1, 4), 3);
        cache.add(added(1, 40), 40);

        for (int place = 0; place < 3; place++) {
            assertThat(value(0, 0, place)).isEqualTo(place);
            assertThat(value(0, 1, place)).isEqualTo(1000 + place);
        }
        assertThat(value(0, 0, 3)).isZero();
        assertThat(value(0, 1, 42)).isEqualTo(1039);
    }

    @Test
    void sequencesGoOnInAnyOrderAndMoreThanOnce() {
        cache.add(added(1, 1), 1);
        cache.select(0, 0);
        cache.add(added(2, 1), 1);
        cache.select(1, 0, 1);

        assertThat(cache.sequences()).isEqualTo(3);
        assertThat(cache.pastLength().longs()).containsExactly(2, 2, 2);
        assertThat(value(0, 0, 0)).isEqualTo(value(1, 0, 0));
        assertThat(value(0, 0, 1)).isEqualTo(10_000);
        assertThat(value(1, 0, 1)).isZero();
        assertThat(value(2, 1, 1)).isEqualTo(11_000);
    }

    @Test
    void nothingIsKeptBeyondTheLimit() {
        cache.add(added(1, LIMIT), LIMIT);

        assertThatThrownBy(() -> cache.add(added(1, 1), 1)).hasMessage("cache: 81 ids (expected: at most 80)");
    }

    private float value(int sequence, int block, int place) {
        Tensor past = cache.past();
        return past.floats()[((sequence * 2 + block) * past.shape().dimension(3) + place) * 2];
    }

    /** 10,000 × sequence + 1,000 × block + place, twice. */
    private static Tensor added(int sequences, int places) {
        float[] values = new float[sequences * 2 * places * 2];
        for (int i = 0; i < values.length; i++) {
            int place = i / 2 % places;
            int block = i / 2 / places % 2;
            values[i] = 10_000 * (i / 2 / places / 2) + 1_000 * block + place;
        }
        return Tensor.of(values, sequences, 2, 1, places, 2);
    }
}
