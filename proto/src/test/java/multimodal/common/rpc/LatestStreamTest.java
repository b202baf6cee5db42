package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import multimodal.common.v1.ModelServiceGrpc;
import multimodal.common.v1.ModelStatus;
import multimodal.common.v1.WatchModelsRequest;
import multimodal.common.v1.WatchModelsResponse;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LatestStreamTest {
    private static final int CHANGES = 500;
    private static final String LONG = "x".repeat(64 * 1024);

    private final CompletableFuture<LatestStream<String, WatchModelsResponse>> stream = new CompletableFuture<>();
    private LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer(new ModelServiceGrpc.ModelServiceImplBase() {
            @Override
            public void watchModels(WatchModelsRequest request, StreamObserver<WatchModelsResponse> observer) {
                stream.complete(LatestStream.of(observer));
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void aClientThatReadsGetsEveryMessageInOrder() throws Exception {
        Client client = watch(CHANGES);
        for (int change = 0; change < CHANGES; change++) {
            stream.get().put("key", message("key", change));
            assertThat(client.messages.take().getModel().getMemoryBytes()).isEqualTo(change);
        }
    }

    @Test
    void aClientThatStopsReadingGetsTheLatestOfEachKeyWhenItReadsOn() throws Exception {
        Client client = watch(1);
        for (int change = 0; change < CHANGES; change++) {
            stream.get().put("one", message("one", change));
            stream.get().put("two", message("two", change));
        }
        client.call.request(Integer.MAX_VALUE);

        int received = 0;
        long one = 0;
        long two = 0;
        while (one < CHANGES - 1 || two < CHANGES - 1) {
            ModelStatus model = client.messages.take().getModel();
            one = model.getTask().equals("one") ? model.getMemoryBytes() : one;
            two = model.getTask().equals("two") ? model.getMemoryBytes() : two;
            received++;
        }
        assertThat(received).isLessThan(CHANGES / 10);
    }

    @Test
    void theEndOfTheCallIsToldOnceAndAtOnceToALateListener() throws Exception {
        CompletableFuture<Void> ended = new CompletableFuture<>();
        Client client = watch(1);
        stream.get().onEnd(() -> ended.complete(null));

        client.call.cancel("enough", null);

        ended.get();
        CompletableFuture<Void> late = new CompletableFuture<>();
        stream.get().onEnd(() -> late.complete(null));
        assertThat(late).isDone();
    }

    private Client watch(int initialRequest) {
        Client client = new Client(initialRequest);
        ModelServiceGrpc.newStub(server.channel()).watchModels(WatchModelsRequest.getDefaultInstance(), client);
        return client;
    }

    private static WatchModelsResponse message(String key, int number) {
        return WatchModelsResponse.newBuilder()
                .setModel(ModelStatus.newBuilder()
                        .setTask(key)
                        .setMemoryBytes(number)
                        .setProblem(LONG))
                .build();
    }

    private static final class Client implements ClientResponseObserver<WatchModelsRequest, WatchModelsResponse> {
        final BlockingQueue<WatchModelsResponse> messages = new LinkedBlockingQueue<>();
        private final int initialRequest;
        private ClientCallStreamObserver<WatchModelsRequest> call;

        Client(int initialRequest) {
            this.initialRequest = initialRequest;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchModelsRequest> started) {
            call = started;
            call.disableAutoRequestWithInitial(initialRequest);
        }

        @Override
        public void onNext(WatchModelsResponse message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
