package multimodal.common.server;

import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

/**
 * The way out: not serving, then no new calls, then the calls in flight finish, then the process goes on to stop.
 *
 * <p>Comes before every other observer of {@link ShutdownEvent}, so engines and channels still work meanwhile.
 */
@Singleton
public class Drain {
    private static final System.Logger LOG = System.getLogger(Drain.class.getName());

    private final ServingState state;
    private final CallsInFlight calls;
    private final DrainConfig config;

    @Inject
    public Drain(ServingState state, CallsInFlight calls, DrainConfig config) {
        this.state = state;
        this.calls = calls;
        this.config = config;
    }

    void onShutdown(@Observes @Priority(1) ShutdownEvent event) throws InterruptedException {
        run();
    }

    /** Drains; returns when no call runs any more, or when the time is up. */
    public void run() throws InterruptedException {
        state.drain();
        Thread.sleep(config.quietPeriod().toMillis());
        calls.close();
        int cut = calls.awaitNone(config.timeout());
        if (cut > 0) {
            LOG.log(System.Logger.Level.WARNING, "drain: {0} calls still run after {1}", cut, config.timeout());
        }
    }
}
