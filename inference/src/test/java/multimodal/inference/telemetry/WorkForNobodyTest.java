package multimodal.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.inference.batching.BatchKey;
import multimodal.inference.batching.BatchPolicy;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StepBatcher;
import multimodal.inference.batching.StepWeight;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.ScriptedEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller who leaves in the middle of a step has that step done for it, and none after; the metric says so. */
@Timeout(60)
class WorkForNobodyTest {

    private static final int TRIALS = 100;
    private static final int STEPS = 40;

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final ExecutorService pipelines = Executors.newCachedThreadPool();

    @AfterEach
    void stopPipelines() {
        pipelines.shutdownNow();
    }

    @Test
    void callersWhoLeaveInAHundredTrialsLeaveNoWorkBehind() throws Exception {
        Random random = new Random(11);
        for (int trial = 0; trial < TRIALS; trial++) {
            int leavesAtCall = 1 + random.nextInt(STEPS - 1);
            AtomicBoolean gone = new AtomicBoolean();
            AtomicInteger calls = new AtomicInteger();
            AtomicInteger rowsAfter = new AtomicInteger();
            ScriptedEngine engine = new ScriptedEngine(inputs -> {
                rowsAfter.addAndGet(gone.get() ? inputs.get("x").rows() - 1 : 0);
                gone.compareAndSet(false, calls.incrementAndGet() >= leavesAtCall);
                return Map.of("y", inputs.get("x"));
            });
            try (StepBatcher batcher = batcher(engine)) {
                Future<Integer> leaving = pipelines.submit(() -> loop(batcher, gone));
                Future<Integer> staying = pipelines.submit(() -> loop(batcher, new AtomicBoolean()));

                assertThat(staying.get()).isEqualTo(STEPS);
                assertThat(kindOf(leaving)).isEqualTo(ErrorKind.CANCELLED);
            }
            assertThat(rowsAfter).hasValue(0);
        }
        assertThat(meters.get(MetricNames.ORPHANED_ROWS).counter().count()).isZero();
        assertThat(meters.get(MetricNames.ENGINE_ROWS).counter().count()).isGreaterThan(TRIALS * STEPS);
    }

    private StepBatcher batcher(ScriptedEngine engine) {
        BatchPolicy policy = new BatchPolicy(2, false, Duration.ZERO, Duration.ofHours(1), 10, 1);
        BatchKey key = new BatchKey(new ModelId("toy", "1"), "adder");
        return new StepBatcher(
                key, engine.graph("adder"), policy, new InferenceTelemetry(OpenTelemetry.noop(), meters).batches());
    }

    private static int loop(StepBatcher batcher, AtomicBoolean gone) {
        RequestContext context = new RequestContext("", OptionalLong.empty(), gone::get, Context.root());
        int steps = 0;
        try (Row row = batcher.open(context, StepWeight.USUAL, work -> {})) {
            for (; steps < STEPS; steps++) {
                row.step(Map.of("x", Tensor.of(new float[1], 1, 1)));
            }
        }
        return steps;
    }

    private static ErrorKind kindOf(Future<?> failed) throws InterruptedException {
        try {
            throw new AssertionError("it finished: " + failed.get());
        } catch (ExecutionException e) {
            return ((InferenceException) e.getCause()).kind();
        }
    }
}
