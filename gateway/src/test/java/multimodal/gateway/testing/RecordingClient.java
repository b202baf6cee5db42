package multimodal.gateway.testing;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/** A client that keeps what it reads, reads only as much as it is told, and can go away. */
public final class RecordingClient<Q, R> implements ClientResponseObserver<Q, R> {
    private final int initialRequest;
    private final BlockingQueue<R> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private ClientCallStreamObserver<Q> call;

    private RecordingClient(int initialRequest) {
        this.initialRequest = initialRequest;
    }

    /** Reads all that comes. */
    public static <Q, R> RecordingClient<Q, R> eager() {
        return new RecordingClient<>(Integer.MAX_VALUE);
    }

    /** Reads one message, and the rest when told. */
    public static <Q, R> RecordingClient<Q, R> stalled() {
        return new RecordingClient<>(1);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<Q> call) {
        this.call = call;
        call.disableAutoRequestWithInitial(initialRequest);
    }

    /** Waits for the next message. */
    public R next() throws InterruptedException {
        return messages.take();
    }

    /** Reads all the rest. */
    public void readOn() {
        call.request(Integer.MAX_VALUE);
    }

    /** Goes away. */
    public void cancel() {
        call.cancel("enough", null);
    }

    /** Waits for the end; returns the status. */
    public Status end() throws Exception {
        return end.get();
    }

    /** The messages that nobody has taken. */
    public List<R> rest() {
        return new ArrayList<>(messages);
    }

    @Override
    public void onNext(R message) {
        messages.add(message);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
