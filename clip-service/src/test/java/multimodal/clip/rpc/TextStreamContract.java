package multimodal.clip.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What every RPC that streams tokens does beyond {@link RpcContract}. */
abstract class TextStreamContract<Q extends Message, R extends Message> extends RpcContract<Q, R> {

    /** Calls of the model after which at least one token has been sent. */
    private static final int UNDER_WAY = 4;

    /** What gRPC takes from a server before it calls a stream not ready. */
    private static final int READY_BYTES = 32 * 1024;

    /** Keeps what it gets. */
    private static final class Reader<R> extends ClientCall.Listener<R> {

        private final List<R> received = new CopyOnWriteArrayList<>();
        private final CompletableFuture<Status> end = new CompletableFuture<>();
        private final Runnable afterEach;

        Reader(Runnable afterEach) {
            this.afterEach = afterEach;
        }

        @Override
        public void onMessage(R message) {
            received.add(message);
            afterEach.run();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end.complete(status);
        }
    }

    @Test
    void cancelInTheMiddleOfTheStreamEndsTheWork() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch underWay = new CountDownLatch(1);
        CountDownLatch noticed = new CountDownLatch(1);
        model().beforeRun(context -> {
            if (runs.incrementAndGet() > UNDER_WAY) {
                underWay.countDown();
                awaitEnd(context::isLive);
                noticed.countDown();
            }
            context.checkLive();
        });
        CountDownLatch firstToken = new CountDownLatch(1);
        ClientCall<Q, R> call = start(new ClientCall.Listener<>() {
            @Override
            public void onMessage(R message) {
                firstToken.countDown();
            }
        });

        call.request(1);
        assertThat(firstToken.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(underWay.await(30, TimeUnit.SECONDS)).isTrue(); // else the work may end between two runs
        call.cancel("seen enough", null);

        assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readerThatAsksForOneMessageAtATimeGetsEverything() throws Exception {
        CompletableFuture<ClientCall<Q, R>> open = new CompletableFuture<>();
        Reader<R> reader = new Reader<>(() -> open.join().request(1));
        open.complete(start(reader));
        open.join().request(1);

        assertThat(reader.end.get(30, TimeUnit.SECONDS).isOk()).isTrue();
        assertThat(reader.received).hasSameSizeAs(call(soundRequest()));
    }

    @Test
    void readerThatDoesNotReadHoldsUpNothingAndGetsEverythingLater() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        model().beforeRun(context -> begun.countDown());
        Reader<R> reader = new Reader<>(() -> {});
        ClientCall<Q, R> call = start(reader);
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        awaitEnd(() -> models.open() > 0);
        assertThat(reader.received).isEmpty();
        assertThat(call(soundRequest())).isNotEmpty();

        call.request(Integer.MAX_VALUE);
        assertThat(reader.end.get(30, TimeUnit.SECONDS).isOk()).isTrue();
        assertThat(reader.received).hasSameSizeAs(call(soundRequest()));
        assertThat(reader.received.stream().mapToInt(Message::getSerializedSize).sum())
                .as("what a text that nobody reads costs, in bytes")
                .isLessThan(READY_BYTES);
    }

    private ClientCall<Q, R> start(ClientCall.Listener<R> listener) {
        ClientCall<Q, R> call = channel().newCall(method(), CallOptions.DEFAULT);
        call.start(listener, new Metadata());
        call.sendMessage(soundRequest());
        call.halfClose();
        return call;
    }
}
