package multimodal.common.rpc;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/** An executor takes no more work now, and says when it expects to. */
public final class BusyException extends RejectedExecutionException {
    private static final long serialVersionUID = 1L;

    private final Duration retryDelay;

    public BusyException(String message, Duration retryDelay) {
        super(message);
        this.retryDelay = retryDelay;
    }

    public Duration retryDelay() {
        return retryDelay;
    }
}
