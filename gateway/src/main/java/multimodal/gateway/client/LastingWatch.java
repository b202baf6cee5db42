package multimodal.gateway.client;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Follows a stream of a service below, however often it breaks, until the timer is shut down. */
public abstract class LastingWatch<T> implements StreamObserver<T> {
    private static final int RESTART_MILLIS = 500;

    private final ScheduledExecutorService timer;

    /** A watch that {@code timer} starts again. */
    protected LastingWatch(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    /** Begins the stream, with this as its observer. */
    public abstract void start();

    /** The stream has broken; false if it shall not be begun again. */
    protected abstract boolean goesOn();

    @Override
    public final void onError(Throwable error) {
        restart();
    }

    @Override
    public final void onCompleted() {
        restart();
    }

    private void restart() {
        if (goesOn() && !timer.isShutdown()) {
            timer.schedule(this::start, RESTART_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
