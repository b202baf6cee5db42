package multimodal.clip.rpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemAcknowledgement;

/** A client's side of {@code IndexImages}. */
final class IndexingClient extends ClientCall.Listener<IndexImagesResponse> {

    private static final int PATIENCE_SECONDS = 60;

    private final ClientCall<IndexImagesRequest, IndexImagesResponse> call;
    private final LinkedBlockingQueue<IndexImagesResponse> answers = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Status status;

    private IndexingClient(Channel channel, CallOptions options) {
        call = channel.newCall(ClipServiceGrpc.getIndexImagesMethod(), options);
        call.start(this, new Metadata());
        call.request(Integer.MAX_VALUE);
    }

    static IndexingClient of(Channel channel, CallOptions options) {
        return new IndexingClient(channel, options);
    }

    /** A stream into a collection of the default model, which has answered that it is open. */
    static IndexingClient open(Channel channel, String collection) {
        IndexingClient client = new IndexingClient(channel, CallOptions.DEFAULT);
        client.send(config(collection));
        client.next();
        return client;
    }

    static IndexImagesRequest config(String collection) {
        return IndexImagesRequest.newBuilder()
                .setConfig(IndexImagesConfig.newBuilder().setCollection(collection))
                .build();
    }

    IndexingClient send(IndexImagesRequest request) {
        call.sendMessage(request);
        return this;
    }

    IndexingClient send(IndexItem... items) {
        for (IndexItem item : items) {
            call.sendMessage(IndexImagesRequest.newBuilder().setItem(item).build());
        }
        return this;
    }

    /** Whether the client may send without its messages piling up. */
    boolean isReady() {
        return call.isReady();
    }

    /** Says that nothing more comes, and waits for the answers that are left. */
    List<ItemAcknowledgement> finish() {
        call.halfClose();
        Status end = awaitEnd();
        if (!end.isOk()) {
            throw end.asRuntimeException();
        }
        List<ItemAcknowledgement> acknowledgements = new ArrayList<>();
        answers.forEach(answer -> acknowledgements.add(answer.getAcknowledgement()));
        return acknowledgements;
    }

    ItemAcknowledgement nextAcknowledgement() {
        return next().getAcknowledgement();
    }

    IndexImagesResponse next() {
        try {
            IndexImagesResponse answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IllegalStateException("no answer; the call has ended with " + status);
            }
            return answer;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void cancel() {
        call.cancel("changed my mind", null);
    }

    Status awaitEnd() {
        try {
            if (!closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the call does not end");
            }
            return status;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void onMessage(IndexImagesResponse message) {
        answers.add(message);
    }

    @Override
    public void onClose(Status end, Metadata trailers) {
        status = end;
        closed.countDown();
    }
}
