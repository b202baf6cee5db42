package multimodal.inference.batching;

import static multimodal.inference.batching.BatchingFixtures.FOREVER;
import static multimodal.inference.batching.BatchingFixtures.KEY;
import static multimodal.inference.batching.BatchingFixtures.await;
import static multimodal.inference.batching.BatchingFixtures.cancelledBy;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.ScriptedEngine;
import org.junit.jupiter.api.Test;

class DynamicBatcherTest {

    private final CountDownLatch engineStarted = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);
    private final Semaphore queued = new Semaphore(0);
    private final ScriptedEngine engine = new ScriptedEngine(this::script);
    private final BatchListener listener = new BatchListener() {
        @Override
        public void queued(BatchKey key, int rows) {
            queued.release();
        }
    };

    /** The first call stands until the test releases it, so that others gather. */
    private Map<String, Tensor> script(Map<String, Tensor> inputs) {
        engineStarted.countDown();
        await(release);
        if (inputs.get("x").floats()[0] < 0) {
            throw new IllegalStateException("negative");
        }
        return BatchingFixtures.addOne(inputs);
    }

    @Test
    void requestsThatGatherDuringACallShareTheNextOne() throws Exception {
        try (DynamicBatcher batcher = batcher(4)) {
            List<CompletableFuture<float[]>> results = new ArrayList<>();
            results.add(first(batcher));
            for (int i = 1; i <= 5; i++) {
                results.add(submit(batcher, RequestContext.detached(), rows(i)));
            }
            release.countDown();

            for (int i = 0; i <= 5; i++) {
                assertThat(results.get(i).get()).containsExactly(i + 1);
            }
            assertThat(engine.batchSizes()).containsExactly(1, 4, 1);
        }
    }

    @Test
    void largeRequestIsSplitAndPutTogetherAgain() {
        release.countDown();
        try (DynamicBatcher batcher = batcher(4)) {
            assertThat(values(run(batcher, rows(0, 1, 2, 3, 4, 5, 6, 7, 8))))
                    .containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(engine.batchSizes()).containsExactly(4, 4, 1);
        }
    }

    @Test
    void everyCallOfAFixedPolicyHasTheSameRows() {
        release.countDown();
        BatchPolicy fixed = new BatchPolicy(4, true, Duration.ZERO, Duration.ZERO, 100, 1);
        try (DynamicBatcher batcher = new DynamicBatcher(KEY, engine.graph("adder"), fixed, listener)) {
            assertThat(values(run(batcher, rows(1)))).containsExactly(2);
            assertThat(values(run(batcher, rows(1, 2, 3, 4, 5)))).containsExactly(2, 3, 4, 5, 6);
            assertThat(engine.batchSizes()).containsExactly(4, 4, 4);
        }
    }

    @Test
    void cancelledRequestLeavesTheQueueBeforeTheNextCall() throws Exception {
        AtomicBoolean gone = new AtomicBoolean();
        try (DynamicBatcher batcher = batcher(4)) {
            CompletableFuture<float[]> first = first(batcher);
            CompletableFuture<float[]> cancelled = submit(batcher, cancelledBy(gone), rows(7));
            CompletableFuture<float[]> live = submit(batcher, RequestContext.detached(), rows(8));
            gone.set(true);
            release.countDown();

            assertThat(kindOf(cancelled)).isEqualTo(ErrorKind.CANCELLED);
            assertThat(live.get()).containsExactly(9);
            assertThat(first.get()).containsExactly(1);
            assertThat(engine.calls().get(1).get("x").floats()).containsExactly(8);
        }
    }

    @Test
    void failureReachesExactlyTheRequestsOfTheCall() throws Exception {
        try (DynamicBatcher batcher = batcher(4)) {
            CompletableFuture<float[]> first = first(batcher);
            CompletableFuture<float[]> failing = submit(batcher, RequestContext.detached(), rows(-1));
            CompletableFuture<float[]> companion = submit(batcher, RequestContext.detached(), rows(2));
            CompletableFuture<float[]> elsewhere = submit(batcher, RequestContext.detached(), wide(3, 2));
            release.countDown();

            assertThat(first.get()).containsExactly(1);
            assertThat(kindOf(failing)).isEqualTo(ErrorKind.INTERNAL);
            assertThat(kindOf(companion)).isEqualTo(ErrorKind.INTERNAL);
            assertThat(elsewhere.get()).containsExactly(4, 4);
            assertThat(values(run(batcher, rows(5)))).containsExactly(6);
        }
    }

    @Test
    void fullQueueRefusesWithADelay() throws Exception {
        BatchPolicy small = new BatchPolicy(4, false, Duration.ZERO, Duration.ZERO, 2, 1);
        try (DynamicBatcher batcher = new DynamicBatcher(KEY, engine.graph("adder"), small, listener)) {
            CompletableFuture<float[]> first = first(batcher);
            CompletableFuture<float[]> second = submit(batcher, RequestContext.detached(), rows(1));

            assertThatThrownBy(() -> run(batcher, rows(2)))
                    .isInstanceOfSatisfying(InferenceException.class, refusal -> {
                        assertThat(refusal.kind()).isEqualTo(ErrorKind.OVERLOADED);
                        assertThat(refusal.retryDelay()).isPresent();
                    });
            release.countDown();
            assertThat(first.get()).containsExactly(1);
            assertThat(second.get()).containsExactly(2);
        }
    }

    @Test
    void closeEndsTheWaitingAndRefusesTheRest() throws Exception {
        DynamicBatcher batcher = batcher(1);
        CompletableFuture<float[]> first = first(batcher);
        CompletableFuture<float[]> waiting = submit(batcher, RequestContext.detached(), rows(1));
        CompletableFuture<Void> closing = CompletableFuture.runAsync(batcher::close);
        batcherRefuses(batcher);
        release.countDown();
        closing.get();

        assertThat(first.get()).containsExactly(1);
        assertThat(kindOf(waiting)).isEqualTo(ErrorKind.UNAVAILABLE);
    }

    /** Waits until the close has begun, by asking. Requests that come before it wait as the others do. */
    private void batcherRefuses(DynamicBatcher batcher) {
        boolean refused = false;
        while (!refused) {
            AtomicBoolean gone = new AtomicBoolean();
            CompletableFuture<float[]> probe =
                    CompletableFuture.supplyAsync(() -> values(batcher.run(cancelledBy(gone), rows(9), t -> {})));
            while (!probe.isDone() && !queued.tryAcquire()) {
                Thread.onSpinWait();
            }
            gone.set(true);
            refused = probe.isCompletedExceptionally();
        }
    }

    @Test
    void timingsOfAllStagesAreHeard() {
        release.countDown();
        List<Work> heard = new ArrayList<>();
        try (DynamicBatcher batcher = batcher(2)) {
            batcher.run(RequestContext.detached(), rows(1, 2, 3), heard::add);
        }

        assertThat(heard).singleElement().satisfies(work -> {
            StageTimings timings = work.timings();
            assertThat(work.rows()).isEqualTo(3);
            assertThat(work.engineShare()).isPositive();
            assertThat(timings.queue()).isPositive();
            assertThat(timings.engine()).isPositive();
            assertThat(timings.batch()).isPositive();
        });
    }

    @Test
    void rowsThatDoNotMatchAreABugOfTheCaller() {
        try (DynamicBatcher batcher = batcher(2)) {
            Map<String, Tensor> unequal =
                    Map.of("x", Tensor.of(new float[2], 2, 1), "z", Tensor.of(new float[1], 1, 1));
            assertThatThrownBy(() -> run(batcher, unequal)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private DynamicBatcher batcher(int maxRows) {
        return new DynamicBatcher(KEY, engine.graph("adder"), policy(maxRows, FOREVER), listener);
    }

    private CompletableFuture<float[]> first(DynamicBatcher batcher) {
        CompletableFuture<float[]> first = submit(batcher, RequestContext.detached(), rows(0));
        await(engineStarted);
        return first;
    }

    private CompletableFuture<float[]> submit(
            DynamicBatcher batcher, RequestContext context, Map<String, Tensor> inputs) {
        CompletableFuture<float[]> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(values(batcher.run(context, inputs, timings -> {})));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        queued.acquireUninterruptibly();
        return result;
    }

    private static Map<String, Tensor> run(DynamicBatcher batcher, Map<String, Tensor> inputs) {
        return batcher.run(RequestContext.detached(), inputs, timings -> {});
    }

    private static ErrorKind kindOf(CompletableFuture<?> failed) throws InterruptedException {
        try {
            failed.get();
            throw new AssertionError("it did not fail");
        } catch (ExecutionException e) {
            return ((InferenceException) e.getCause()).kind();
        }
    }
}
