package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.image;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.CallOptions;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status.Code;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import multimodal.clip.index.GroupCommit;
import multimodal.clip.index.ImageIndex;
import multimodal.clip.index.LuceneImageIndex;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.ImageIndexer;
import multimodal.clip.pipeline.ImageSearcher;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemAcknowledgement;
import multimodal.common.server.ServingState;
import multimodal.common.v1.Embedding;
import multimodal.inference.error.InferenceException;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a stream that fills a collection goes on and ends, over a real socket. */
class IndexStreamTest {

    private static final int MAX_STREAMS = 2;

    @TempDir
    Path folder;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final FakeModel model = TinyModels.clip();
    private final ServingState serving = new ServingState(() -> Set.of(ClipServiceGrpc.SERVICE_NAME));
    private final Backlog backlog = new Backlog();
    private ImageIndex index;
    private Server server;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws IOException {
        index = new LuceneImageIndex(folder, true);
        PictureReader reader = new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 2);
        Embedder embedder = new Embedder(new ContentEncoder(new TextEncoder(), new PictureEncoder(reader)));
        ImageSearchCalls calls = new ImageSearchCalls(
                new Calls(threads),
                new Models((query, context, onLoading) -> model.use()),
                reader,
                index,
                new ImageIndexer(embedder, new GroupCommit(index, threads)),
                new ImageSearcher(embedder, index),
                serving,
                MAX_STREAMS);
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .addService(new ClipServiceGrpc.ClipServiceImplBase() {
                    @Override
                    public StreamObserver<IndexImagesRequest> indexImages(
                            StreamObserver<IndexImagesResponse> observer) {
                        return calls.index(observer);
                    }
                })
                .intercept(backlog)
                .build()
                .start();
        channel = Grpc.newChannelBuilder("localhost:" + server.getPort(), InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void stop() throws InterruptedException {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
        threads.shutdown();
        assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        index.close();
        assertThat(model.openPermits() + model.openUses()).isZero();
    }

    @Test
    void drainAcknowledgesWhatWasReadAndEndsTheStream() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch mayEnd = new CountDownLatch(1);
        model.beforeRun(context -> {
            running.countDown();
            await(mayEnd);
        });
        IndexingClient client = IndexingClient.open(channel, "cats").send(item("a"));
        IndexingClient idle = IndexingClient.open(channel, "cats");
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        serving.drain();
        assertThat(idle.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
        mayEnd.countDown();

        assertThat(client.nextAcknowledgement().hasFailure()).isFalse();
        assertThat(client.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
        assertThat(index.list().get(0).itemCount()).isEqualTo(1);
        IndexingClient tooLate = IndexingClient.of(channel, CallOptions.DEFAULT);
        tooLate.send(IndexingClient.config("cats"));
        assertThat(tooLate.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
    }

    @Test
    void fullModelMakesTheStreamWaitAndFailsNothing() {
        AtomicInteger refusals = new AtomicInteger(3);
        model.beforeRun(context -> {
            if (refusals.getAndDecrement() > 0) {
                throw InferenceException.overloaded("full", Duration.ofMillis(1));
            }
        });

        List<ItemAcknowledgement> answers =
                IndexingClient.open(channel, "cats").send(item("a"), item("b")).finish();

        assertThat(answers).hasSize(2).noneMatch(ItemAcknowledgement::hasFailure);
        assertThat(refusals.get()).isNegative();
    }

    @Test
    void failedEngineCallFailsItsItemsAndTheStreamGoesOn() {
        model.beforeRun(context -> {
            throw new IllegalStateException("the secret of the bug");
        });
        IndexingClient client = IndexingClient.open(channel, "cats").send(item("a"));
        ItemAcknowledgement failed = client.nextAcknowledgement();
        model.beforeRun(context -> {});
        client.send(item("b"));

        assertThat(failed.getFailure().getCode()).isEqualTo(Code.INTERNAL.value());
        assertThat(failed.getFailure().getCause()).doesNotContain("secret");
        assertThat(client.finish()).singleElement().matches(answer -> !answer.hasFailure());
    }

    @Test
    void itemsForADroppedCollectionAreNotFound() {
        IndexingClient client = IndexingClient.open(channel, "cats");
        index.drop("cats");

        assertThat(client.send(item("a")).finish())
                .singleElement()
                .matches(answer -> answer.getFailure().getCode() == Code.NOT_FOUND.value());
    }

    @Test
    void clientIsReadOnlyAsLongAsLittleIsOnItsWay() {
        IndexItem[] items = IntStream.range(0, 2_000)
                .mapToObj(i -> IndexItem.newBuilder()
                        .setId("i" + i)
                        .setEmbedding(Embedding.newBuilder().addAllValues(Collections.nCopies(8, 1f)))
                        .build())
                .toArray(IndexItem[]::new);

        List<ItemAcknowledgement> answers =
                IndexingClient.open(channel, "cats").send(items).finish();

        assertThat(answers).hasSize(items.length).noneMatch(ItemAcknowledgement::hasFailure);
        assertThat(backlog.most()).isBetween(2, 256);
        assertThat(index.list().get(0).itemCount()).isEqualTo(items.length);
    }

    @Test
    void moreStreamsThanAllowedAreRefused() {
        IndexingClient first = IndexingClient.open(channel, "cats");
        IndexingClient second = IndexingClient.open(channel, "dogs");
        IndexingClient third = IndexingClient.of(channel, CallOptions.DEFAULT);
        third.send(IndexingClient.config("cats"));

        assertThat(third.awaitEnd().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
        assertThat(first.send(item("a")).finish()).hasSize(1);
        assertThat(second.finish()).isEmpty();
    }

    private static IndexItem item(String id) {
        return IndexItem.newBuilder()
                .setId(id)
                .setImage(image(TestPictures.png(8, 8, 0x336699)))
                .build();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts what the service has read and not answered. */
    private static final class Backlog implements ServerInterceptor {

        private int now;
        private int most;

        synchronized int most() {
            return most;
        }

        private synchronized void add(int messages) {
            now += messages;
            most = Math.max(most, now);
        }

        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            ServerCall<Q, R> counted = new SimpleForwardingServerCall<>(call) {
                @Override
                public void sendMessage(R message) {
                    add(-1);
                    super.sendMessage(message);
                }
            };
            return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
                @Override
                public void onMessage(Q message) {
                    add(1);
                    super.onMessage(message);
                }
            };
        }
    }
}
