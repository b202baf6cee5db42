package multimodal.inference.rpc;

import io.grpc.Context;
import io.grpc.Deadline;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import multimodal.common.server.Callers;
import multimodal.inference.batching.RequestContext;

/** Takes what of a gRPC call the library needs to know. */
public final class RequestContexts {

    private RequestContexts() {}

    /** The context of the call that runs on this thread, and its caller as {@link Callers} knows it. */
    public static RequestContext current() {
        return current(Callers.current());
    }

    /**
     * The context of the call that runs on this thread: its deadline, whether its client has gone, and its trace.
     *
     * @param caller fairness key, e.g. the API key; empty if unknown
     */
    public static RequestContext current(String caller) {
        Context call = Context.current();
        return new RequestContext(
                caller,
                deadlineNanos(call.getDeadline()),
                () -> isCancelledByClient(call),
                io.opentelemetry.context.Context.current());
    }

    private static OptionalLong deadlineNanos(Deadline deadline) {
        return deadline == null
                ? OptionalLong.empty()
                : OptionalLong.of(System.nanoTime() + deadline.timeRemaining(TimeUnit.NANOSECONDS));
    }

    /** A call past its deadline is cancelled too; that is told as what it is. */
    private static boolean isCancelledByClient(Context call) {
        return call.isCancelled() && !(call.cancellationCause() instanceof TimeoutException);
    }
}
