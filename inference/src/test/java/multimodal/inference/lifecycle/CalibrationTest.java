package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CalibrationTest {

    @Test
    void batchesThatMakeRowsCheaperAreAllowed() {
        assertThat(calibration(100, 180, 360).batchLimit(16)).isEqualTo(16);
    }

    @Test
    void batchesThatDoNotPayAreNotFormed() {
        assertThat(calibration(100, 198, 392).batchLimit(16)).isEqualTo(1);
    }

    @Test
    void cheapestRowCounts() {
        assertThat(calibration(100, 160, 360).perRow()).isEqualTo(Duration.ofMillis(80));
    }

    @Test
    void tableIsOneLine() {
        assertThat(calibration(100, 180, 360)).hasToString("1: 100.0 ms, 2: 180.0 ms, 4: 360.0 ms");
    }

    private static Calibration calibration(int one, int two, int four) {
        return new Calibration(new TreeMap<>(
                Map.of(1, Duration.ofMillis(one), 2, Duration.ofMillis(two), 4, Duration.ofMillis(four))));
    }
}
