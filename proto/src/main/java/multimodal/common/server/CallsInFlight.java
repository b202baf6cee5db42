package multimodal.common.server;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quarkus.grpc.GlobalInterceptor;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Counts the calls that run and, once closed, refuses new ones with {@code UNAVAILABLE}. Health and reflection are exempt. */
@Singleton
@GlobalInterceptor
public class CallsInFlight implements ServerInterceptor {
    private int count;
    private boolean closed;

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        if (ServingState.isInfrastructure(call.getMethodDescriptor().getFullMethodName())) {
            return next.startCall(call, headers);
        }
        if (!enter()) {
            call.close(Status.UNAVAILABLE.withDescription("the service is shutting down"), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return new Counted<>(start(call, headers, next), this);
    }

    private <Q, R> ServerCall.Listener<Q> start(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
        try {
            return next.startCall(call, headers);
        } catch (RuntimeException | Error e) {
            leave();
            throw e;
        }
    }

    /** From now on new calls are refused. */
    synchronized void close() {
        closed = true;
    }

    /** Waits until no call runs, at most {@code timeout}; returns how many still run. */
    synchronized int awaitNone(Duration timeout) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (count > 0) {
            long leftMillis = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMillis <= 0) {
                break;
            }
            wait(leftMillis);
        }
        return count;
    }

    private synchronized boolean enter() {
        if (closed) {
            return false;
        }
        count++;
        return true;
    }

    private synchronized void leave() {
        count--;
        notifyAll();
    }

    private static final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {
        private final CallsInFlight calls;
        private final AtomicBoolean left = new AtomicBoolean();

        Counted(ServerCall.Listener<Q> delegate, CallsInFlight calls) {
            super(delegate);
            this.calls = calls;
        }

        @Override
        public void onComplete() {
            leaveAfter(super::onComplete);
        }

        @Override
        public void onCancel() {
            leaveAfter(super::onCancel);
        }

        private void leaveAfter(Runnable last) {
            try {
                last.run();
            } finally {
                if (left.compareAndSet(false, true)) {
                    calls.leave();
                }
            }
        }
    }
}
