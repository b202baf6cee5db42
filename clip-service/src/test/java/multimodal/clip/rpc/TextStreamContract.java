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

    @Test
    void cancelInTheMiddleOfTheStreamEndsTheWork() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch noticed = new CountDownLatch(1);
        model().beforeRun(context -> {
            if (runs.incrementAndGet() > UNDER_WAY) {
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

        assertThat(firstToken.await(30, TimeUnit.SECONDS)).isTrue();
        call.cancel("seen enough", null);

        assertThat(noticed.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void readerThatAsksForOneMessageAtATimeGetsEverything() throws Exception {
        List<R> received = new CopyOnWriteArrayList<>();
        CompletableFuture<Status> end = new CompletableFuture<>();
        CompletableFuture<ClientCall<Q, R>> open = new CompletableFuture<>();
        open.complete(start(new ClientCall.Listener<>() {
            @Override
            public void onMessage(R message) {
                received.add(message);
                open.thenAccept(call -> call.request(1));
            }

            @Override
            public void onClose(Status status, Metadata trailers) {
                end.complete(status);
            }
        }));

        assertThat(end.get(30, TimeUnit.SECONDS).isOk()).isTrue();
        assertThat(received).hasSameSizeAs(call(soundRequest()));
    }

    private ClientCall<Q, R> start(ClientCall.Listener<R> listener) {
        ClientCall<Q, R> call = channel().newCall(method(), CallOptions.DEFAULT);
        call.start(listener, new Metadata());
        call.request(1);
        call.sendMessage(soundRequest());
        call.halfClose();
        return call;
    }
}
