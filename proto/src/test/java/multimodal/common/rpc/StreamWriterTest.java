package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StreamWriterTest {
    private static final int MESSAGE_COUNT = 100;
    /** So large that of one message more stays with the server than what it may hold. */
    private static final GenerateImageResponse MESSAGE = GenerateImageResponse.newBuilder()
            .setResult(multimodal.image.v1.GenerateImageResult.newBuilder()
                    .addImages(multimodal.image.v1.GeneratedImage.newBuilder()
                            .setImage(multimodal.common.v1.Image.newBuilder()
                                    .setData(ByteString.copyFrom(new byte[128 * 1024])))))
            .build();

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final AtomicInteger sent = new AtomicInteger();
    private final CompletableFuture<Thread> worker = new CompletableFuture<>();
    private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
    private final CompletableFuture<Void> cancelSeen = new CompletableFuture<>();
    private StreamWriter.Work<GenerateImageResponse> work = this::sendAll;
    private Duration patience = Duration.ofMinutes(2);
    private LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer(new ImageServiceGrpc.ImageServiceImplBase() {
            @Override
            public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
                StreamWriter<GenerateImageResponse> writer =
                        StreamWriter.of(observer, StreamWriterTest.this::status, patience);
                writer.onCancel(() -> cancelSeen.complete(null));
                writer.run(executor, work);
            }
        });
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        executor.shutdownNow();
    }

    @Test
    void aClientThatReadsGetsEverything() {
        Iterator<GenerateImageResponse> responses = blocking().generateImage(request());

        assertThat(responses).toIterable().hasSize(MESSAGE_COUNT);
    }

    @Test
    void aClientThatStopsReadingHoldsTheSenderBack() throws Exception {
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);
        awaitBlocked();

        assertThat(sent.get()).isOne();

        client.readOn();
        assertThat(client.end().get()).isEqualTo(Status.Code.OK);
        assertThat(client.count()).isEqualTo(MESSAGE_COUNT);
    }

    @Test
    void offersToAClientThatStopsReadingAreDroppedWithoutBlocking() throws Exception {
        CompletableFuture<Void> allOffered = new CompletableFuture<>();
        work = writer -> {
            for (int i = 0; i < MESSAGE_COUNT; i++) {
                sent.addAndGet(writer.offer(MESSAGE) ? 1 : 0);
            }
            allOffered.complete(null);
            writer.send(MESSAGE);
        };
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);
        allOffered.get();
        client.readOn();

        assertThat(client.end().get()).isEqualTo(Status.Code.OK);
        assertThat(client.count()).isEqualTo(sent.get() + 1).isLessThan(MESSAGE_COUNT);
    }

    @Test
    void theLastMessageWaitsForASlowClientWithoutAThread() throws Exception {
        CompletableFuture<Boolean> isLiveAfterIt = new CompletableFuture<>();
        work = writer -> {
            writer.send(MESSAGE);
            writer.sendLast(MESSAGE);
            isLiveAfterIt.complete(writer.isLive() && !writer.offer(MESSAGE));
        };
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);

        assertThat(isLiveAfterIt.get()).isTrue();

        client.readOn();
        assertThat(client.end().get()).isEqualTo(Status.Code.OK);
        assertThat(client.count()).isEqualTo(2);
    }

    @Test
    void aLastMessageThatIsNeverReadIsGivenUp() throws Exception {
        patience = Duration.ofMillis(50);
        work = writer -> {
            writer.send(MESSAGE);
            writer.sendLast(MESSAGE);
        };
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);

        assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

        client.readOn();
        assertThat(client.end().get()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(client.count()).isOne();
    }

    @Test
    void aCancelWakesABlockedSender() throws Exception {
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);
        awaitBlocked();

        client.cancel();

        assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.CANCELLED);
        cancelSeen.get();
    }

    @Test
    void thePassedDeadlineWakesABlockedSender() throws Exception {
        PacedClient client = new PacedClient();
        stub().withDeadlineAfter(1, TimeUnit.SECONDS).generateImage(request(), client);

        assertThat(Status.fromThrowable(failure.get()).getCode())
                .isIn(Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);
        assertThat(client.end().get()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aClientThatNeverReadsIsGivenUp() throws Exception {
        patience = Duration.ofMillis(50);
        PacedClient client = new PacedClient();
        stub().generateImage(request(), client);

        assertThat(Status.fromThrowable(failure.get()).getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aBugBecomesInternalWithoutItsText() {
        work = writer -> {
            throw new IllegalStateException("secret");
        };

        assertThatThrownBy(() -> blocking().generateImage(request()).hasNext())
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        error -> assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL))
                .hasMessageNotContaining("secret");
    }

    @Test
    void aFullExecutorAnswersAtOnce() throws Exception {
        server.close();
        server = new LoopbackServer(new ImageServiceGrpc.ImageServiceImplBase() {
            @Override
            public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
                StreamWriter.of(observer)
                        .run(
                                task -> {
                                    throw new RejectedExecutionException();
                                },
                                work);
            }
        });

        assertThatThrownBy(() -> blocking().generateImage(request()).hasNext())
                .hasMessageStartingWith("RESOURCE_EXHAUSTED");
    }

    @Test
    void severalThreadsMaySend() {
        work = writer -> {
            Semaphore done = new Semaphore(0);
            for (int i = 0; i < 4; i++) {
                executor.execute(() -> {
                    for (int j = 0; j < MESSAGE_COUNT / 4; j++) {
                        writer.send(MESSAGE);
                    }
                    done.release();
                });
            }
            done.acquire(4);
        };

        assertThat(blocking().generateImage(request())).toIterable().hasSize(MESSAGE_COUNT);
    }

    private void sendAll(StreamWriter<GenerateImageResponse> writer) {
        worker.complete(Thread.currentThread());
        try {
            for (int i = 0; i < MESSAGE_COUNT; i++) {
                writer.send(MESSAGE);
                sent.incrementAndGet();
            }
        } catch (RuntimeException e) {
            failure.complete(e);
            throw e;
        }
    }

    private StatusRuntimeException status(Throwable error) {
        failure.complete(error);
        return Statuses.of(error);
    }

    private void awaitBlocked() throws Exception {
        Thread thread = worker.get();
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static GenerateImageRequest request() {
        return GenerateImageRequest.getDefaultInstance();
    }

    private ImageServiceGrpc.ImageServiceStub stub() {
        return ImageServiceGrpc.newStub(server.channel());
    }

    private ImageServiceGrpc.ImageServiceBlockingStub blocking() {
        return ImageServiceGrpc.newBlockingStub(server.channel());
    }
}
