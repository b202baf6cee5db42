package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A short request among long ones on the real engine. Time is told by the steps of the long ones. */
@Timeout(300)
class FairSharesTest {

    /** Two slots each: more than a call has places. */
    private static final int LONG_REQUESTS = 10;

    private static final int LONG_STEPS = GenerateImageOptions.MAX_STEPS;
    private static final int SHORT_STEPS = 4;

    private final AtomicBoolean isOver = new AtomicBoolean();
    private final CountDownLatch running = new CountDownLatch(LONG_REQUESTS);
    private final AtomicInteger mostLongSteps = new AtomicInteger();

    @Test
    void newcomerHasItsPreviewsAndItsPictureBeforeAnyOfThoseThatRanHasEnded() throws InterruptedException {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (ShippedModel shipped = ShippedModel.open("onnxruntime");
                DiffusionModel model = shipped.model()) {
            List<Future<?>> longRequests = new ArrayList<>();
            for (int i = 0; i < LONG_REQUESTS; i++) {
                longRequests.add(threads.submit(() -> runLong(model)));
            }
            running.await();
            List<Integer> longStepsAtPreviews = new ArrayList<>();
            new TextToImage()
                    .generate(
                            model,
                            options()
                                    .steps(SHORT_STEPS)
                                    .guidanceScale(1)
                                    .previewInterval(1)
                                    .build(),
                            RequestContext.detached(),
                            progress -> longStepsAtPreviews.add(mostLongSteps.get()));
            int longStepsAtEnd = mostLongSteps.get();
            isOver.set(true);

            assertThat(longStepsAtPreviews).hasSize(SHORT_STEPS);
            assertThat(longStepsAtEnd).isLessThan(LONG_STEPS);
            for (Future<?> request : longRequests) {
                assertThat(request).failsWithin(Duration.ofMinutes(1));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void runLong(DiffusionModel model) {
        RequestContext context = new RequestContext("", OptionalLong.empty(), isOver::get, Context.root());
        new TextToImage().generate(model, options().steps(LONG_STEPS).build(), context, progress -> {
            mostLongSteps.accumulateAndGet(progress.step(), Math::max);
            if (progress.step() == 1) {
                running.countDown();
            }
        });
    }

    private static Options options() {
        return new Options().size(64, 64);
    }
}
