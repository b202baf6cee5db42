package multimodal.inference.batching;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import org.jboss.logging.Logger;

/**
 * The threads that call the engine, one for each call that may run at once, and the lock that an {@link Assembly} is changed
 * under. Whoever is idle forms the next batch and runs it; what others change meanwhile waits for the next.
 */
final class BatchThreads implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BatchThreads.class);

    private final String name;
    private final EngineCall call;
    private final List<Thread> threads = new ArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** This and what follows is only touched under the lock. */
    private final Assembly assembly;

    private int running;
    private int alive;
    private boolean closed;

    BatchThreads(String name, int count, Assembly assembly, EngineCall call) {
        this.name = name;
        this.assembly = assembly;
        this.call = call;
        this.alive = count;
        for (int number = 1; number <= count; number++) {
            Thread thread = new Thread(this::loop, "batch-" + name + (number == 1 ? "" : "-" + number));
            thread.setDaemon(true);
            threads.add(thread);
        }
        threads.forEach(Thread::start);
    }

    /**
     * Runs {@code change}, which is brief, while no batch is formed.
     *
     * @throws InferenceException {@code UNAVAILABLE} after {@link #close}
     */
    void change(Runnable change) {
        lock.lock();
        try {
            if (closed) {
                throw unavailable();
            }
            change.run();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the calls that run, and ends all that waits with {@code UNAVAILABLE}. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        lock.lock();
        try {
            while (!closed) {
                turn();
            }
            alive--;
            if (alive == 0) {
                assembly.fail(unavailable());
            }
        } finally {
            lock.unlock();
        }
    }

    private void turn() {
        try {
            List<Entry> batch = nextBatch();
            running++;
            lock.unlock();
            try {
                call.run(batch);
            } finally {
                lock.lock();
                running--;
            }
        } catch (InterruptedException e) {
            LOG.warnf("%s: a batch thread was interrupted; nothing should do that", name);
        } catch (RuntimeException | Error e) {
            LOG.errorf(e, "%s: a bug in the batcher", name);
            assembly.fail(new InferenceException(ErrorKind.INTERNAL, name + ": a bug in the batcher", e));
        }
    }

    /** The next batch as soon as it is due; empty after {@link #close}. */
    private List<Entry> nextBatch() throws InterruptedException {
        while (!closed) {
            long wait = assembly.nanosUntilDue(System.nanoTime());
            if (wait <= 0) {
                List<Entry> batch = assembly.take(threads.size() - running);
                if (!assembly.isEmpty()) {
                    // For an idle thread: the rest may be due too.
                    changed.signal();
                }
                return batch;
            }
            changed.await(wait, TimeUnit.NANOSECONDS);
        }
        return List.of();
    }

    private InferenceException unavailable() {
        return new InferenceException(ErrorKind.UNAVAILABLE, name + ": the model is being unloaded");
    }
}
