package multimodal.common.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A server stream that never ends by itself and tells the latest of several things: of each key, a client that reads slowly
 * gets the last message and misses those in between, so memory stays level. Never blocks; thread-safe. Must be made inside
 * the service method, before that returns.
 */
public final class LatestStream<K, T> {
    private final ServerCallStreamObserver<T> observer;
    /** What the client has not had room for yet, longest waiting first. */
    private final Map<K, T> waiting = new LinkedHashMap<>();

    private Runnable endHandler = () -> {};
    private boolean ended;

    private LatestStream(ServerCallStreamObserver<T> observer) {
        this.observer = observer;
    }

    /** A stream to the caller of a service method. */
    public static <K, T> LatestStream<K, T> of(StreamObserver<T> observer) {
        LatestStream<K, T> stream = new LatestStream<>((ServerCallStreamObserver<T>) observer);
        stream.observer.setOnReadyHandler(stream::flush);
        stream.observer.setOnCancelHandler(stream::end);
        return stream;
    }

    /** Tells {@code message}, in place of an earlier one of {@code key} that has not been sent. */
    public synchronized void put(K key, T message) {
        waiting.put(key, message);
        flush();
    }

    /** Runs {@code handler} once when the client has gone or its deadline has passed; at once if that has happened. */
    public void onEnd(Runnable handler) {
        synchronized (this) {
            if (!ended) {
                endHandler = handler;
                return;
            }
        }
        handler.run();
    }

    private synchronized void flush() {
        while (!ended && !waiting.isEmpty() && observer.isReady()) {
            K first = waiting.keySet().iterator().next();
            observer.onNext(waiting.remove(first));
        }
    }

    private void end() {
        Runnable handler;
        synchronized (this) {
            ended = true;
            waiting.clear();
            handler = endHandler;
        }
        handler.run();
    }
}
