package multimodal.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes a call again when a full fleet refuses it, after the delay that the fleet asks for. */
public final class RefusedCalls {

    private static final int MAX_ATTEMPTS = 6;

    private RefusedCalls() {}

    /**
     * Makes {@code call}, up to {@value #MAX_ATTEMPTS} times.
     *
     * @param onRefusal is told each delay before it begins
     * @throws StatusRuntimeException the first failure that is no refusal with a delay, or the last refusal
     */
    public static void run(Runnable call, Consumer<Duration> onRefusal) {
        for (int attempt = 1; ; attempt++) {
            try {
                call.run();
                return;
            } catch (StatusRuntimeException failure) {
                Optional<Duration> delay = Failures.retryDelay(failure);
                if (delay.isEmpty() || attempt == MAX_ATTEMPTS) {
                    throw failure;
                }
                onRefusal.accept(delay.get());
                pause(delay.get());
            }
        }
    }

    private static void pause(Duration delay) {
        try {
            Thread.sleep(delay.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withDescription("interrupted").withCause(e).asRuntimeException();
        }
    }
}
