package multimodal.common.server;

import io.opentelemetry.context.Context;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The bounded threads on which a service does its blocking work; the gRPC and the OpenTelemetry context of the caller go
 * along, so deadline, cancel and trace reach what the work calls.
 *
 * <p>Throws {@link java.util.concurrent.RejectedExecutionException} when all threads work and the queue is full.
 */
public final class CallExecutor implements Executor, AutoCloseable {
    private final ThreadPoolExecutor threads;

    /** At most {@code threadCount} calls run at once, and at most {@code queueLength} (1 or more) wait. */
    public CallExecutor(String name, int threadCount, int queueLength) {
        AtomicInteger number = new AtomicInteger();
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
        threads.execute(io.grpc.Context.current().wrap(Context.current().wrap(task)));
    }

    /** Takes no more work and interrupts what runs. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
