package multimodal.gateway.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.CompareRequest;
import multimodal.clip.v1.CompareResponse;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.EmbedResponse;
import multimodal.clip.v1.LabelScore;
import multimodal.common.rpc.Violations;

/** {@code Classify} answers with its own labels, {@code Compare} finds a fault, {@code Embed} never answers. */
public final class FakeClipService extends ClipServiceGrpc.ClipServiceImplBase {
    /** Contexts of {@code Embed} calls, which wait for their cancel. */
    public final LinkedBlockingQueue<Context> waiting = new LinkedBlockingQueue<>();

    /** Done when a waiting call is cancelled. */
    public final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    @Override
    public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> observer) {
        ByteString picture = request.getImage().getData();
        ClassifyResponse.Builder response = ClassifyResponse.newBuilder();
        request.getLabelsList()
                .forEach(label -> response.addScores(
                        LabelScore.newBuilder().setLabel(label).setIndex(picture.size())));
        // As large as the request, so that large messages go both ways.
        response.setUnknownFields(UnknownFieldSet.newBuilder()
                .addField(
                        1000,
                        UnknownFieldSet.Field.newBuilder()
                                .addLengthDelimited(picture)
                                .build())
                .build());
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    public void compare(CompareRequest request, StreamObserver<CompareResponse> observer) {
        Violations violations = new Violations().add("rows", "0 rows", "1 to 256");
        try {
            violations.throwIfAny();
        } catch (io.grpc.StatusRuntimeException e) {
            observer.onError(e);
        }
    }

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> observer) {
        Context context = Context.current();
        context.addListener(ended -> cancelled.complete(null), Runnable::run);
        waiting.add(context);
    }
}
