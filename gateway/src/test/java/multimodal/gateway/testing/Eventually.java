package multimodal.gateway.testing;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what nobody announces; the test's own timeout bounds it. */
public final class Eventually {
    private static final long PAUSE_NANOS = 5_000_000;

    private Eventually() {}

    /** Returns when {@code condition} holds. */
    public static void until(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            LockSupport.parkNanos(PAUSE_NANOS);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }
}
