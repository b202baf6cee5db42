package multimodal.inference.batching;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import multimodal.inference.repository.ModelId;
import multimodal.inference.tensor.Tensor;

/** What the tests of the batchers share. */
final class BatchingFixtures {

    static final BatchKey KEY = new BatchKey(new ModelId("toy", "1"), "adder");
    static final Duration FOREVER = Duration.ofHours(1);

    private BatchingFixtures() {}

    static BatchPolicy policy(int maxRows, Duration maxWait) {
        return new BatchPolicy(maxRows, false, Duration.ZERO, maxWait, 1000, 1);
    }

    static RequestContext context(BooleanSupplier cancelled) {
        return new RequestContext("test", OptionalLong.empty(), cancelled, Context.root());
    }

    static RequestContext cancelledBy(AtomicBoolean flag) {
        return context(flag::get);
    }

    static RequestContext pastDeadline() {
        return new RequestContext("test", OptionalLong.of(System.nanoTime()), () -> false, Context.root());
    }

    /** Rows of one element each. */
    static Map<String, Tensor> rows(float... values) {
        return Map.of("x", Tensor.of(values, values.length, 1));
    }

    /** One row of {@code width} equal elements: rows of different widths cannot share a call. */
    static Map<String, Tensor> wide(float value, int width) {
        float[] values = new float[width];
        Arrays.fill(values, value);
        return Map.of("x", Tensor.of(values, 1, width));
    }

    static float[] values(Map<String, Tensor> outputs) {
        return outputs.get("y").floats();
    }

    /** y = x + 1. */
    static Map<String, Tensor> addOne(Map<String, Tensor> inputs) {
        Tensor x = inputs.get("x");
        float[] y = x.floats().clone();
        for (int i = 0; i < y.length; i++) {
            y[i] += 1;
        }
        return Map.of("y", Tensor.of(x.shape(), y));
    }

    static void await(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }

    static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
