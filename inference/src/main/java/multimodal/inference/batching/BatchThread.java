package multimodal.inference.batching;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import org.jboss.logging.Logger;

/**
 * The one thread that owns an {@link Assembly} and calls the engine. Others send it messages, which it runs between two
 * calls. What may be sent is bounded by the batchers.
 */
final class BatchThread implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(BatchThread.class);

    private final String name;
    private final Assembly assembly;
    private final EngineCall call;
    private final Thread thread;
    private final BlockingQueue<Runnable> messages = new LinkedBlockingQueue<>();
    /** Written under the lock of this object, so that no message comes after the last look at them. */
    private volatile boolean closed;

    BatchThread(String name, Assembly assembly, EngineCall call) {
        this.name = name;
        this.assembly = assembly;
        this.call = call;
        this.thread = new Thread(this::loop, "batch-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Has the thread run {@code message}.
     *
     * @throws InferenceException {@code UNAVAILABLE} after {@link #close}
     */
    synchronized void send(Runnable message) {
        if (closed) {
            throw unavailable();
        }
        messages.add(message);
    }

    /** Waits for the call that runs, and ends all that waits with {@code UNAVAILABLE}. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            messages.add(() -> {});
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!closed) {
            try {
                turn();
            } catch (InterruptedException e) {
                LOG.warnf("%s: the batch thread was interrupted; nothing should do that", name);
            } catch (RuntimeException | Error e) {
                LOG.errorf(e, "%s: a bug in the batcher", name);
                assembly.fail(new InferenceException(ErrorKind.INTERNAL, name + ": a bug in the batcher", e));
            }
        }
        runMessages();
        assembly.fail(unavailable());
    }

    private void turn() throws InterruptedException {
        runMessages();
        if (closed) {
            // The message that announces it may just have been run: no other would end the wait.
            return;
        }
        long wait = assembly.nanosUntilDue(System.nanoTime());
        if (wait <= 0) {
            call.run(assembly.take());
            return;
        }
        Runnable message = messages.poll(wait, TimeUnit.NANOSECONDS);
        if (message != null) {
            message.run();
        }
    }

    private void runMessages() {
        for (Runnable message = messages.poll(); message != null; message = messages.poll()) {
            message.run();
        }
    }

    private InferenceException unavailable() {
        return new InferenceException(ErrorKind.UNAVAILABLE, name + ": the model is being unloaded");
    }
}
