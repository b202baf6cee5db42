package multimodal.common.server;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import multimodal.common.rpc.BusyException;
import multimodal.common.rpc.CallTimes;

/**
 * The bounded threads on which a service does its blocking work; the gRPC and the OpenTelemetry context of the caller go
 * along, so deadline, cancel and trace reach what the work calls.
 *
 * <p>Throws {@link BusyException} when all threads work and the queue is full. Its delay is the time in which those that wait
 * now will have begun, told from what calls have taken so far.
 */
public final class CallExecutor implements Executor, AutoCloseable {
    private final ThreadPoolExecutor threads;
    private final LongSupplier clockNanos;
    private final CallTimes times = new CallTimes();

    /** At most {@code threadCount} calls run at once, and at most {@code queueLength} (1 or more) wait. */
    public CallExecutor(String name, int threadCount, int queueLength) {
        this(name, threadCount, queueLength, System::nanoTime);
    }

    CallExecutor(String name, int threadCount, int queueLength, LongSupplier clockNanos) {
        AtomicInteger number = new AtomicInteger();
        this.clockNanos = clockNanos;
        threads = new ThreadPoolExecutor(
                threadCount, threadCount, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(queueLength), task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        try {
            threads.execute(
                    timed(io.grpc.Context.current().wrap(Context.current().wrap(task))));
        } catch (RejectedExecutionException e) {
            throw new BusyException("too many calls at once", retryDelay());
        }
    }

    /** Takes no more work and interrupts what runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private Runnable timed(Runnable task) {
        return () -> {
            long start = clockNanos.getAsLong();
            try {
                task.run();
            } finally {
                times.observe(clockNanos.getAsLong() - start);
            }
        };
    }

    private Duration retryDelay() {
        return times.retryDelay((threads.getQueue().size() + 1.0) / threads.getMaximumPoolSize());
    }
}
