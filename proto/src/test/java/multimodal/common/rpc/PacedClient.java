package multimodal.common.rpc;

import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;

/** A client that reads only when told. */
final class PacedClient implements ClientResponseObserver<GenerateImageRequest, GenerateImageResponse> {
    private final AtomicInteger count = new AtomicInteger();
    private final CompletableFuture<Status.Code> end = new CompletableFuture<>();
    private ClientCallStreamObserver<GenerateImageRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<GenerateImageRequest> call) {
        this.call = call;
        call.disableAutoRequestWithInitial(0);
    }

    void readOn() {
        call.request(Integer.MAX_VALUE);
    }

    void cancel() {
        call.cancel("enough", null);
    }

    int count() {
        return count.get();
    }

    CompletableFuture<Status.Code> end() {
        return end;
    }

    @Override
    public void onNext(GenerateImageResponse message) {
        count.incrementAndGet();
    }

    @Override
    public void onError(Throwable error) {
        end.complete(Status.fromThrowable(error).getCode());
    }

    @Override
    public void onCompleted() {
        end.complete(Status.Code.OK);
    }
}
