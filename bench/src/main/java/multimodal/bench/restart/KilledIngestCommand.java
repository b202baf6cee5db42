package multimodal.bench.restart;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemIds;
import multimodal.common.v1.Embedding;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Counts the acknowledged images that clip-service has lost when it was killed while its collection was filled. */
@Command(
        name = "search-kill",
        description = "Kills clip-service (SIGKILL) at random moments while a collection is filled.",
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
public final class KilledIngestCommand implements Callable<Integer> {

    private static final String COLLECTION = "killed";
    private static final int UNANSWERED = 200;
    private static final int IDS_OF_ONE_CALL = 1_000;

    @Option(names = "--root", required = true, hidden = true, description = "the checkout")
    private Path root;

    @Option(names = "--kills", defaultValue = "5", description = "kills")
    private int kills;

    @Option(
            names = "--longest-millis",
            defaultValue = "3000",
            description = "from the first image to the kill, at most")
    private int longestMillis;

    @Option(names = "--port", defaultValue = "21500", description = "of the service; the next one is for HTTP")
    private int port;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new KilledIngestCommand()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path directory = Files.createTempDirectory("fleet-search-kill");
        Map<String, String> settings = Map.of(
                "clip.index.directory", directory.resolve("image-index").toString(),
                "inference.repository", root.resolve("models/repository").toString());
        Set<String> acknowledged = new HashSet<>();
        Random random = new Random();
        try (ServiceProcess service = new ServiceProcess(
                root, "clip-service", port, settings, List.of(ClipServiceGrpc.SERVICE_NAME), directory)) {
            for (int kill = 0; kill < kills; kill++) {
                service.start();
                service.awaitServing();
                Queue<String> ids = fill(service, kill, random);
                System.out.printf("kill %d: %d images acknowledged%n", kill + 1, ids.size());
                acknowledged.addAll(ids);
            }
            service.start();
            service.awaitServing();
            long lost = acknowledged.size() - delete(service.address(), new ArrayList<>(acknowledged));
            System.out.printf(
                    "{\"kills\": %d, \"acknowledged\": %d, \"lost\": %d}%n", kills, acknowledged.size(), lost);
            return lost == 0 && !acknowledged.isEmpty() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    /** Fills the collection until the service is killed; the ids that it has acknowledged. */
    private Queue<String> fill(ServiceProcess service, int kill, Random random) throws InterruptedException {
        Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
        Semaphore room = new Semaphore(UNANSWERED);
        CompletableFuture<Integer> dimension = new CompletableFuture<>();
        CountDownLatch ended = new CountDownLatch(1);
        ManagedChannel channel = ManagedChannelBuilder.forTarget(service.address())
                .usePlaintext()
                .build();
        StreamObserver<IndexImagesRequest> stream = ClipServiceGrpc.newStub(channel)
                .indexImages(new StreamObserver<>() {
                    @Override
                    public void onNext(IndexImagesResponse answer) {
                        if (answer.hasOpened()) {
                            dimension.complete(answer.getOpened().getDimension());
                            return;
                        }
                        if (!answer.getAcknowledgement().hasFailure()) {
                            acknowledged.add(answer.getAcknowledgement().getId());
                        }
                        room.release();
                    }

                    @Override
                    public void onError(Throwable error) {
                        dimension.completeExceptionally(error);
                        ended.countDown();
                    }

                    @Override
                    public void onCompleted() {
                        ended.countDown();
                    }
                });
        stream.onNext(IndexImagesRequest.newBuilder()
                .setConfig(IndexImagesConfig.newBuilder().setCollection(COLLECTION))
                .build());
        dimension.join();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(longestMillis));
        for (int number = 0; System.nanoTime() < end; number++) {
            if (room.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                stream.onNext(item(kill + "-" + number, dimension.join(), random));
            }
        }
        service.close();
        ended.await();
        channel.shutdownNow();
        return acknowledged;
    }

    private static IndexImagesRequest item(String id, int dimension, Random random) {
        Embedding.Builder embedding = Embedding.newBuilder();
        for (int k = 0; k < dimension; k++) {
            embedding.addValues((float) random.nextGaussian());
        }
        return IndexImagesRequest.newBuilder()
                .setItem(IndexItem.newBuilder().setId(id).setEmbedding(embedding))
                .build();
    }

    /** How many of {@code ids} were there. */
    private static long delete(String address, List<String> ids) {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(address).usePlaintext().build();
        try {
            long deleted = 0;
            for (int first = 0; first < ids.size(); first += IDS_OF_ONE_CALL) {
                List<String> some = ids.subList(first, Math.min(first + IDS_OF_ONE_CALL, ids.size()));
                deleted += ClipServiceGrpc.newBlockingStub(channel)
                        .deleteImages(DeleteImagesRequest.newBuilder()
                                .setCollection(COLLECTION)
                                .setIds(ItemIds.newBuilder().addAllIds(some))
                                .build())
                        .getDeletedCount();
            }
            return deleted;
        } finally {
            channel.shutdownNow();
        }
    }
}
