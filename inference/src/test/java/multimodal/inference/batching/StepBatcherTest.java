package multimodal.inference.batching;

import static multimodal.inference.batching.BatchingFixtures.FOREVER;
import static multimodal.inference.batching.BatchingFixtures.KEY;
import static multimodal.inference.batching.BatchingFixtures.await;
import static multimodal.inference.batching.BatchingFixtures.cancelledBy;
import static multimodal.inference.batching.BatchingFixtures.pastDeadline;
import static multimodal.inference.batching.BatchingFixtures.policy;
import static multimodal.inference.batching.BatchingFixtures.rows;
import static multimodal.inference.batching.BatchingFixtures.values;
import static multimodal.inference.batching.BatchingFixtures.wide;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.ScriptedEngine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StepBatcherTest {

    private final ExecutorService pipelines = Executors.newCachedThreadPool();

    @AfterEach
    void stopPipelines() {
        pipelines.shutdownNow();
    }

    @Test
    void openRowsShareEachCall() throws Exception {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        try (StepBatcher batcher = batcher(engine, policy(4, FOREVER));
                Row first = open(batcher);
                Row second = open(batcher)) {
            Future<Float> one = pipelines.submit(loop(first, 10, 5));
            Future<Float> two = pipelines.submit(loop(second, 20, 5));

            assertThat(one.get()).isEqualTo(15);
            assertThat(two.get()).isEqualTo(25);
            assertThat(engine.batchSizes()).containsExactly(2, 2, 2, 2, 2);
        }
    }

    @Test
    void openRowsAreSharedOutAmongCallsAtOnce() throws Exception {
        CyclicBarrier bothRun = new CyclicBarrier(2);
        ScriptedEngine engine = new ScriptedEngine(inputs -> {
            await(bothRun);
            return BatchingFixtures.addOne(inputs);
        });
        List<Work> heard = new CopyOnWriteArrayList<>();
        try (StepBatcher batcher = batcher(engine, new BatchPolicy(4, false, Duration.ZERO, FOREVER, 100, 2));
                Row first = batcher.open(RequestContext.detached(), StepWeight.USUAL, heard::add);
                Row second = batcher.open(RequestContext.detached(), StepWeight.USUAL, heard::add)) {
            Future<Float> one = pipelines.submit(loop(first, 10, 1));
            Future<Float> two = pipelines.submit(loop(second, 20, 1));

            assertThat(one.get()).isEqualTo(11);
            assertThat(two.get()).isEqualTo(21);
            assertThat(engine.batchSizes()).containsExactly(1, 1);
            // Both had the engine to themselves for a moment at the most.
            assertThat(heard).allSatisfy(work -> assertThat(work.engineShare())
                    .isLessThanOrEqualTo(work.timings().engine()));
        }
    }

    @Test
    void closeWaitsForAllCallsAtOnce() throws Exception {
        CountDownLatch started = new CountDownLatch(2);
        CountDownLatch release = new CountDownLatch(1);
        ScriptedEngine engine = new ScriptedEngine(inputs -> {
            started.countDown();
            await(release);
            return BatchingFixtures.addOne(inputs);
        });
        StepBatcher batcher = batcher(engine, new BatchPolicy(1, false, Duration.ZERO, Duration.ZERO, 100, 2));
        Row first = open(batcher);
        Row second = open(batcher);
        Future<Float> one = pipelines.submit(loop(first, 10, 1));
        Future<Float> two = pipelines.submit(loop(second, 20, 1));
        await(started);
        Future<?> closing = pipelines.submit(batcher::close);
        release.countDown();
        closing.get();

        assertThat(one.get()).isEqualTo(11);
        assertThat(two.get()).isEqualTo(21);
    }

    @Test
    void rowThatIsBusyElsewhereHoldsNobodyUp() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        try (StepBatcher batcher = batcher(engine, policy(4, Duration.ZERO));
                Row busy = open(batcher);
                Row other = open(batcher)) {
            assertThat(values(other.step(rows(1)))).containsExactly(2);
            assertThat(values(busy.step(rows(5)))).containsExactly(6);
        }
    }

    @Test
    void cancelledRowLeavesWithinOneStep() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        List<Integer> sizesAfter = new ArrayList<>();
        ScriptedEngine engine = new ScriptedEngine(inputs -> {
            if (gone.get()) {
                sizesAfter.add(inputs.get("x").rows());
            }
            gone.compareAndSet(false, inputs.get("x").floats()[0] >= 3);
            return BatchingFixtures.addOne(inputs);
        });
        try (StepBatcher batcher = batcher(engine, policy(4, FOREVER));
                Row leaving = batcher.open(cancelledBy(gone), StepWeight.USUAL, timings -> {});
                Row staying = open(batcher)) {
            Future<Float> cancelled = pipelines.submit(loop(leaving, 0, 50));
            Future<Float> live = pipelines.submit(loop(staying, 0, 50));

            assertThat(live.get()).isEqualTo(50);
            assertThat(kindOf(cancelled)).isEqualTo(ErrorKind.CANCELLED);
            assertThat(sizesAfter).hasSize(46).containsOnly(1);
        }
    }

    @Test
    void rowPastItsDeadlineIsNotRun() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        try (StepBatcher batcher = batcher(engine, policy(4, FOREVER));
                Row late = batcher.open(pastDeadline(), StepWeight.USUAL, timings -> {})) {
            assertThatThrownBy(() -> late.step(rows(1)))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DEADLINE_EXCEEDED));
            assertThat(engine.calls()).isEmpty();
        }
    }

    @Test
    void failingCallReachesOnlyItsRows() throws Exception {
        ScriptedEngine engine = new ScriptedEngine(inputs -> {
            if (inputs.get("x").shape().dimension(1) == 2) {
                throw new IllegalStateException("no such width");
            }
            return BatchingFixtures.addOne(inputs);
        });
        try (StepBatcher batcher = batcher(engine, policy(4, Duration.ZERO));
                Row failing = open(batcher);
                Row fine = open(batcher)) {
            Future<Float> bad = pipelines.submit(() -> values(failing.step(wide(1, 2)))[0]);
            Future<Float> good = pipelines.submit(() -> values(fine.step(wide(1, 3)))[0]);

            assertThat(kindOf(bad)).isEqualTo(ErrorKind.INTERNAL);
            assertThat(good.get()).isEqualTo(2);
            failing.close();
            assertThat(values(fine.step(wide(2, 3)))[0]).isEqualTo(3);
        }
    }

    @Test
    void mixedRowsGetTheSameAloneAndTogetherEvenIfTheEngineDependsOnTheBatchSize() throws Exception {
        BatchPolicy fixed = new BatchPolicy(4, true, Duration.ZERO, Duration.ofMillis(1), 100, 1);
        ScriptedEngine engine = new ScriptedEngine(StepBatcherTest::dependsOnBatchSize);
        List<List<Float>> alone = new ArrayList<>();
        for (int row = 0; row < 20; row++) {
            try (StepBatcher batcher = batcher(engine, fixed)) {
                alone.add(mixedLoop(batcher, row).call());
            }
        }
        List<List<Float>> together = new ArrayList<>();
        try (StepBatcher batcher = batcher(engine, fixed)) {
            List<Callable<List<Float>>> loops = IntStream.range(0, 20)
                    .mapToObj(row -> mixedLoop(batcher, row))
                    .toList();
            for (Future<List<Float>> result : pipelines.invokeAll(loops)) {
                together.add(result.get());
            }
        }

        assertThat(together).isEqualTo(alone);
        assertThat(engine.batchSizes()).containsOnly(4);
    }

    @Test
    void noStepIsLostOrDoubledUnderManyThreads() throws Exception {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        int threads = 8;
        int steps = 1000;
        List<Future<Float>> results = new ArrayList<>();
        try (StepBatcher batcher = batcher(engine, policy(5, Duration.ZERO))) {
            for (int thread = 0; thread < threads; thread++) {
                int start = thread * 10_000;
                results.add(pipelines.submit(() -> {
                    try (Row row = open(batcher)) {
                        return loop(row, start, steps).call();
                    }
                }));
            }
            for (int thread = 0; thread < threads; thread++) {
                assertThat(results.get(thread).get()).isEqualTo(thread * 10_000 + steps);
            }
        }

        assertThat(engine.batchSizes()).allSatisfy(size -> assertThat(size).isBetween(1, 5));
        assertThat(engine.batchSizes().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(threads * steps);
    }

    @Test
    void stepWithMoreRowsThanPlacesIsSplit() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        try (StepBatcher batcher = batcher(engine, policy(2, FOREVER));
                Row row = open(batcher)) {
            assertThat(values(row.step(rows(1, 2, 3, 4, 5)))).containsExactly(2, 3, 4, 5, 6);
            assertThat(engine.batchSizes()).containsExactly(2, 2, 1);
        }
    }

    @Test
    void closeEndsWaitingStepsAndRefusesNewOnes() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ScriptedEngine engine = new ScriptedEngine(inputs -> {
            started.countDown();
            await(release);
            return BatchingFixtures.addOne(inputs);
        });
        StepBatcher batcher = batcher(engine, policy(1, Duration.ZERO));
        Row row = open(batcher);
        Future<Float> running = pipelines.submit(loop(row, 0, 1000));
        await(started);
        Future<?> closing = pipelines.submit(batcher::close);
        release.countDown();
        closing.get();

        assertThat(kindOf(running)).isEqualTo(ErrorKind.UNAVAILABLE);
        assertThatThrownBy(() -> open(batcher))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        row.close();
    }

    @Test
    void closeEndsABatcherInWhateverMomentItComes() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        for (int i = 0; i < 3000; i++) {
            StepBatcher batcher = batcher(engine, policy(1, FOREVER));
            try (Row row = open(batcher)) {
                if (i % 2 == 0) {
                    row.step(rows(i));
                }
            }
            batcher.close();
        }
    }

    @Test
    void onlyTheFirstStepWaitsInTheQueue() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        List<Work> heard = new ArrayList<>();
        try (StepBatcher batcher = batcher(engine, policy(2, FOREVER));
                Row row = batcher.open(RequestContext.detached(), StepWeight.USUAL, heard::add)) {
            row.step(rows(1));
            row.step(rows(2));
        }

        assertThat(heard).hasSize(2);
        assertThat(heard.get(0).timings().queue()).isPositive();
        assertThat(heard.get(1).timings().queue()).isZero();
        assertThat(heard.get(1).timings().engine()).isPositive();
    }

    @Test
    void tooManyOpenRowsAreRefused() {
        ScriptedEngine engine = new ScriptedEngine(BatchingFixtures::addOne);
        BatchPolicy two = new BatchPolicy(2, false, Duration.ZERO, Duration.ZERO, 2, 1);
        try (StepBatcher batcher = batcher(engine, two);
                Row first = open(batcher);
                Row second = open(batcher)) {
            assertThatThrownBy(() -> open(batcher))
                    .isInstanceOfSatisfying(
                            InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.OVERLOADED));
            second.close();
            open(batcher).close();
            assertThat(values(first.step(rows(1)))).containsExactly(2);
        }
    }

    /** Each row has its own number of slots, width and steps. */
    private static Callable<List<Float>> mixedLoop(StepBatcher batcher, int row) {
        return () -> {
            List<Float> seen = new ArrayList<>();
            int slots = 1 + row % 5;
            int width = 1 + row % 2;
            try (Row place = open(batcher)) {
                Tensor x = Tensor.of(new float[slots * width], slots, width);
                for (int step = 0; step < 3 + row % 7; step++) {
                    x.floats()[0] += row;
                    x = place.step(Map.of("x", x)).get("y");
                    for (float value : x.floats()) {
                        seen.add(value);
                    }
                }
            }
            return seen;
        };
    }

    private static Map<String, Tensor> dependsOnBatchSize(Map<String, Tensor> inputs) {
        Tensor x = inputs.get("x");
        float[] y = x.floats().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] = y[i] * 0.5f + 0.01f * x.rows();
        }
        return Map.of("y", Tensor.of(x.shape(), y));
    }

    private static Callable<Float> loop(Row row, float start, int steps) {
        return () -> {
            float value = start;
            for (int step = 0; step < steps; step++) {
                value = values(row.step(rows(value)))[0];
            }
            return value;
        };
    }

    private static StepBatcher batcher(ScriptedEngine engine, BatchPolicy policy) {
        return new StepBatcher(KEY, engine.graph("adder"), policy, BatchListener.NONE);
    }

    private static Row open(StepBatcher batcher) {
        return batcher.open(RequestContext.detached(), StepWeight.USUAL, timings -> {});
    }

    private static ErrorKind kindOf(Future<?> failed) throws InterruptedException {
        try {
            failed.get();
            throw new AssertionError("it did not fail");
        } catch (ExecutionException e) {
            return ((InferenceException) e.getCause()).kind();
        }
    }
}
