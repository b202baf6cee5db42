package multimodal.image.testing;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;

/** A client that keeps what it gets, reads as much as it is told to, and can go away. */
public final class RecordingClient implements ClientResponseObserver<GenerateImageRequest, GenerateImageResponse> {

    private final int initiallyRead;
    private final List<GenerateImageResponse> responses = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private ClientCallStreamObserver<GenerateImageRequest> call;

    /** @param initiallyRead messages that it reads before {@link #readOn} */
    public RecordingClient(int initiallyRead) {
        this.initiallyRead = initiallyRead;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<GenerateImageRequest> stream) {
        call = stream;
        stream.disableAutoRequestWithInitial(initiallyRead);
    }

    public void readOn() {
        call.request(Integer.MAX_VALUE);
    }

    public void cancel() {
        call.cancel("enough", null);
    }

    public List<GenerateImageResponse> responses() {
        return responses;
    }

    /** The status at the end, waited for at most some minutes. */
    public Status end() {
        return end.orTimeout(5, TimeUnit.MINUTES).join();
    }

    @Override
    public void onNext(GenerateImageResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(((StatusRuntimeException) error).getStatus());
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }
}
