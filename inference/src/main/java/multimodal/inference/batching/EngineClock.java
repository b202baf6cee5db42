package multimodal.inference.batching;

/** Time as the engine gives it: while calls run side by side, each moment is shared out among them. Thread-safe. */
final class EngineClock {

    private double nanos;
    private long lastNanos;
    private int running;

    /** A call begins; what is answered belongs into {@link #end}. */
    synchronized double begin() {
        pass();
        running++;
        return nanos;
    }

    /** A call ends; its share of the engine's time in nanoseconds. */
    synchronized long end(double begun) {
        pass();
        running--;
        return (long) (nanos - begun);
    }

    private void pass() {
        long now = System.nanoTime();
        if (running > 0) {
            nanos += (double) (now - lastNanos) / running;
        }
        lastNanos = now;
    }
}
