package multimodal.gateway.client;

import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** The one answer of a unary call, when it comes. */
final class Reply<T> implements StreamObserver<T> {
    private final CompletableFuture<T> message = new CompletableFuture<>();

    /** The answer to the call that {@code call} makes with the observer it is given; fails with it. */
    static <T> CompletableFuture<T> to(Consumer<StreamObserver<T>> call) {
        Reply<T> reply = new Reply<>();
        call.accept(reply);
        return reply.message;
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
