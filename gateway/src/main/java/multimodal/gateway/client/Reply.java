package multimodal.gateway.client;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;

/** The one answer of a unary call, when it comes. */
final class Reply<T> implements StreamObserver<T> {
    private final CompletableFuture<T> message = new CompletableFuture<>();

    /** Fails with the call. */
    CompletableFuture<T> message() {
        return message;
    }

    @Override
    public void onNext(T answer) {
        message.complete(answer);
    }

    @Override
    public void onError(Throwable error) {
        message.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
        message.completeExceptionally(new IllegalStateException("a unary call has ended without an answer"));
    }
}
