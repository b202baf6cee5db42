package multimodal.inference.lifecycle;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/** Waits for a change of a model, as long as the caller does. */
final class Waits {

    /** How often it is asked whether the caller still waits. */
    private static final long LOOK_MILLIS = 20;

    private Waits() {}

    /**
     * Waits for {@code change} and throws what it failed with.
     *
     * @throws InferenceException {@code CANCELLED} or {@code DEADLINE_EXCEEDED} when the caller has gone
     */
    static void await(Future<Void> change, RequestContext context) {
        while (true) {
            context.checkLive();
            try {
                change.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                // Time to ask for the caller.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InferenceException(ErrorKind.CANCELLED, "the request's thread was interrupted", e);
            } catch (ExecutionException e) {
                throw failure(e.getCause());
            }
        }
    }

    private static RuntimeException failure(Throwable cause) {
        Throwable first = cause instanceof CompletionException wrapped ? wrapped.getCause() : cause;
        if (first instanceof Error error) {
            throw error;
        }
        return first instanceof RuntimeException known ? known : new IllegalStateException(first);
    }
}
