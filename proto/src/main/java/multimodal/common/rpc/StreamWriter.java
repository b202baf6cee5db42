package multimodal.common.rpc;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The server's side of one call, for work that runs on a thread of its own.
 *
 * <p>{@link #send} blocks while the client is slow, so memory stays level; the end of the call (the client cancels, goes
 * away, or the deadline passes) wakes a blocked {@code send} and runs the {@link #onCancel} handlers at once. For a client
 * that does not read, at most 32 KiB (gRPC's mark of readiness) and one message are held. Must be made inside the service
 * method, before that returns. Any number of threads may send.
 */
public final class StreamWriter<T> {
    /** How long a client may leave a message unread before the call is given up. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final ServerCallStreamObserver<T> observer;
    private final Function<Throwable, StatusRuntimeException> errors;
    private final Duration patience;
    private final Context context = Context.current();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Runnable> cancelHandlers = new ArrayList<>();
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    /** Ends the call as soon as the client is ready for it; null until {@link #sendLast} and after it was sent. */
    private T last;

    private boolean cancelled;
    private boolean ended;

    private StreamWriter(
            ServerCallStreamObserver<T> observer,
            Function<Throwable, StatusRuntimeException> errors,
            Duration patience) {
        this.observer = observer;
        this.errors = errors;
        this.patience = patience;
    }

    /** A writer whose {@linkplain #fail failures} become {@link Statuses#of(Throwable)}. */
    public static <T> StreamWriter<T> of(StreamObserver<T> observer) {
        return of(observer, Statuses::of);
    }

    /** A writer whose {@linkplain #fail failures} become what {@code errors} makes of them. */
    public static <T> StreamWriter<T> of(
            StreamObserver<T> observer, Function<Throwable, StatusRuntimeException> errors) {
        return of(observer, errors, PATIENCE);
    }

    /** A writer that gives the call up when the client reads nothing for {@code patience}. */
    public static <T> StreamWriter<T> of(
            StreamObserver<T> observer, Function<Throwable, StatusRuntimeException> errors, Duration patience) {
        StreamWriter<T> writer = new StreamWriter<>((ServerCallStreamObserver<T>) observer, errors, patience);
        writer.observer.setOnReadyHandler(writer::wake);
        writer.observer.setOnCancelHandler(writer::cancel);
        writer.context.addListener(ended -> writer.cancel(), Runnable::run);
        return writer;
    }

    /** What a service does for one call. */
    @FunctionalInterface
    public interface Work<T> {
        /** Sends what there is to send; returning completes the call, throwing {@linkplain #fail fails} it. */
        void run(StreamWriter<T> writer) throws Exception;
    }

    /**
     * Runs {@code work} on {@code executor}, within the call's {@link Context}, and ends the call with it. A full executor
     * answers {@code RESOURCE_EXHAUSTED} at once.
     */
    public void run(Executor executor, Work<T> work) {
        try {
            executor.execute(context.wrap(() -> runNow(work)));
        } catch (BusyException e) {
            end(() -> observer.onError(Statuses.of(e)));
        } catch (RejectedExecutionException e) {
            end(() -> observer.onError(Statuses.exhausted("too many calls at once", RETRY_DELAY)));
        }
    }

    private void runNow(Work<T> work) {
        try {
            if (isLive()) {
                work.run(this);
            }
            complete();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /**
     * Sends one message; blocks while the client has not read what was sent before.
     *
     * @throws StatusRuntimeException {@code CANCELLED} or {@code DEADLINE_EXCEEDED} if the call is over
     */
    public void send(T message) {
        lock.lock();
        try {
            awaitReady();
            observer.onNext(message);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sends the last message and then ends the call with {@code OK}. Does not block while the client is slow: the message is
     * kept until the client has read what was sent before, or is dropped with the call.
     *
     * @throws StatusRuntimeException {@code CANCELLED} or {@code DEADLINE_EXCEEDED} if the call is over
     */
    public void sendLast(T message) {
        lock.lock();
        try {
            requireOpen();
            last = message;
            sendLastWhenReady();
        } finally {
            lock.unlock();
        }
        over.orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS).exceptionally(timeout -> {
            fail(unread());
            return null;
        });
    }

    /**
     * Sends one message if the client has read what was sent before, and drops it if not; never blocks for a slow client.
     *
     * @return whether it was sent
     */
    public boolean offer(T message) {
        lock.lock();
        try {
            boolean isWanted = !cancelled && !isEnding() && observer.isReady();
            if (isWanted) {
                observer.onNext(message);
            }
            return isWanted;
        } finally {
            lock.unlock();
        }
    }

    /** Whether somebody still waits for the answer: false after a cancel, a passed deadline or the end. */
    public boolean isLive() {
        lock.lock();
        try {
            return !cancelled && !ended;
        } finally {
            lock.unlock();
        }
    }

    /** Runs {@code handler} once when the call is cancelled or its deadline passes; at once if that has happened. */
    public void onCancel(Runnable handler) {
        lock.lock();
        try {
            if (!cancelled) {
                cancelHandlers.add(handler);
                return;
            }
        } finally {
            lock.unlock();
        }
        handler.run();
    }

    /** Ends the call with {@code OK}, after the last message. Without effect once it has ended or was cancelled. */
    public void complete() {
        lock.lock();
        try {
            if (last == null) {
                end(observer::onCompleted);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the call with the status of {@code error}. Without effect once it has ended or was cancelled. */
    public void fail(Throwable error) {
        end(() -> observer.onError(errors.apply(error)));
    }

    private void awaitReady() {
        long left = patience.toNanos();
        while (!cancelled && !isEnding() && !observer.isReady()) {
            if (left <= 0) {
                throw unread();
            }
            try {
                left = changed.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw Status.CANCELLED
                        .withDescription("interrupted")
                        .withCause(e)
                        .asRuntimeException();
            }
        }
        requireOpen();
    }

    private void sendLastWhenReady() {
        if (last != null && observer.isReady()) {
            observer.onNext(last);
            end(observer::onCompleted);
        }
    }

    private boolean isEnding() {
        return ended || last != null;
    }

    private void requireOpen() {
        if (cancelled) {
            throw gone();
        }
        if (isEnding()) {
            throw Status.CANCELLED.withDescription("the call has ended").asRuntimeException();
        }
    }

    private StatusRuntimeException unread() {
        return Statuses.of(Code.DEADLINE_EXCEEDED, "the client has read nothing for " + patience.toSeconds() + " s");
    }

    private StatusRuntimeException gone() {
        return context.cancellationCause() instanceof TimeoutException
                ? Status.DEADLINE_EXCEEDED
                        .withDescription("the deadline has passed")
                        .asRuntimeException()
                : Status.CANCELLED.withDescription("the client has gone").asRuntimeException();
    }

    private void end(Runnable last) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                forget();
                if (!cancelled && !context.isCancelled()) {
                    // Else gRPC ends the stream itself, and a second end on the wire breaks the client's whole
                    // connection.
                    last.run();
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** What nobody waits for any more must not keep memory: neither the last message nor the timer that holds this. */
    private void forget() {
        last = null;
        over.complete(null);
        changed.signalAll();
    }

    private void wake() {
        lock.lock();
        try {
            sendLastWhenReady();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void cancel() {
        List<Runnable> handlers;
        lock.lock();
        try {
            if (cancelled || ended) {
                return;
            }
            cancelled = true;
            handlers = List.copyOf(cancelHandlers);
            forget();
        } finally {
            lock.unlock();
        }
        handlers.forEach(Runnable::run);
    }
}
