package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import multimodal.image.pipeline.ImageProgress;
import org.junit.jupiter.api.Test;

class ProgressPaceTest {

    private static final int STEPS = 40;
    private long nanos = -5;
    private final ProgressPace pace = new ProgressPace(() -> nanos);

    @Test
    void quickStepsAreToldTenTimesASecondBesideTheFirstAndTheLast() {
        assertThat(told(Duration.ofMillis(10), 0)).containsExactly(1, 11, 21, 31, STEPS);
    }

    @Test
    void slowStepsAreAllTold() {
        assertThat(told(ProgressPace.INTERVAL, 0)).hasSize(STEPS);
    }

    @Test
    void stepsWithPreviewsAreToldHoweverQuickTheyAre() {
        assertThat(told(Duration.ofMillis(10), 8)).containsExactly(1, 8, 16, 24, 32, STEPS);
    }

    private List<Integer> told(Duration step, int previewInterval) {
        return IntStream.rangeClosed(1, STEPS)
                .filter(number -> {
                    nanos += step.toNanos();
                    boolean hasPreview = previewInterval > 0 && number % previewInterval == 0;
                    List<byte[]> previews = hasPreview ? List.of(new byte[1]) : List.of();
                    return pace.isDue(new ImageProgress(number, STEPS, Duration.ZERO, previews));
                })
                .boxed()
                .toList();
    }
}
