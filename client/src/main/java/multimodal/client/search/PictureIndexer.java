package multimodal.client.search;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import multimodal.client.FleetClient;
import multimodal.client.RefusedCalls;
import multimodal.client.TraceParent;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.InFilter;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.ItemAcknowledgement;
import multimodal.clip.v1.ListCollectionsRequest;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.common.v1.Embedding;

/**
 * Fills a collection with pictures from files.
 *
 * <p>What the collection has already, under the same path and with the same content and metadata, is not sent again: an
 * indexing that broke off is called again and goes on where it was. Files are read one by one, however many there are.
 */
public final class PictureIndexer {
    /** Files that one call takes; as many as a filter has values, for the collection is asked what it has of them. */
    private static final int FILES_PER_CALL = 256;

    /** Pictures on their way that are not acknowledged. The acknowledgements of so many fit into what a call buffers. */
    private static final int MAX_UNACKNOWLEDGED = 32;

    private static final int MAX_HITS = 1000;

    private final FleetClient client;
    private final IndexImagesConfig config;
    private final Map<String, MetadataValue> metadata;
    private final TraceParent trace;

    /**
     * For the collection that {@code config} tells, made if it is not there.
     *
     * @param metadata stored beside each picture, with what its file tells: {@code file}, {@code folder}, {@code bytes},
     *     {@code modified} (seconds since 1970) and {@code sha256}
     * @param trace what its calls belong to
     */
    public PictureIndexer(
            FleetClient client, IndexImagesConfig config, Map<String, MetadataValue> metadata, TraceParent trace) {
        this.client = client;
        this.config = config;
        this.metadata = Map.copyOf(metadata);
        this.trace = trace;
    }

    /** The pictures beneath {@code start}, a file or a folder: PNG, JPEG and WebP, by their names' ends, in order. */
    public static List<Path> find(Path start) throws IOException {
        return PictureFile.find(start);
    }

    /**
     * Indexes {@code files} and tells {@code listener} the fate of each.
     *
     * @throws StatusRuntimeException if the fleet cannot be asked; what was told as indexed stays so
     */
    public void index(List<Path> files, IndexListener listener) {
        for (int from = 0; from < files.size(); from += FILES_PER_CALL) {
            Map<String, PictureFile> waiting = new LinkedHashMap<>();
            for (Path file : files.subList(from, Math.min(files.size(), from + FILES_PER_CALL))) {
                try {
                    PictureFile picture = PictureFile.read(file, metadata);
                    waiting.put(picture.id(), picture);
                } catch (IOException e) {
                    listener.onFailed(file, e.getMessage());
                }
            }
            leaveKnown(waiting, listener);
            while (!waiting.isEmpty()) {
                sendWhileServed(waiting, listener);
            }
        }
    }

    /** Takes out of {@code waiting} what the collection has. */
    private void leaveKnown(Map<String, PictureFile> waiting, IndexListener listener) {
        Optional<Collection> collection = collection();
        if (collection.isEmpty() || waiting.isEmpty()) {
            return;
        }
        InFilter.Builder contents = InFilter.newBuilder().setKey(PictureFile.SHA256);
        waiting.values().forEach(file -> contents.addValues(file.metadata().get(PictureFile.SHA256)));
        List<SearchHit> hits = new ArrayList<>();
        RefusedCalls.run(
                () -> hits.addAll(clip().searchImages(SearchImagesRequest.newBuilder()
                                .setCollection(config.getCollection())
                                // The filter finds them; how near they are to this point is of no interest.
                                .setEmbedding(anyPoint(collection.get().getDimension()))
                                .setFilter(Filter.newBuilder().setIn(contents))
                                .setK(MAX_HITS)
                                .build())
                        .getHitsList()),
                listener::onRefused);
        for (SearchHit hit : hits) {
            PictureFile file = waiting.get(hit.getId());
            if (file != null && file.metadata().equals(hit.getMetadataMap())) {
                waiting.remove(hit.getId());
                listener.onKnown(file.path());
            }
        }
    }

    private Optional<Collection> collection() {
        return clip().listCollections(ListCollectionsRequest.getDefaultInstance()).getCollectionsList().stream()
                .filter(collection -> collection.getName().equals(config.getCollection()))
                .findFirst();
    }

    private static Embedding anyPoint(int dimension) {
        Embedding.Builder point = Embedding.newBuilder();
        for (int i = 0; i < dimension; i++) {
            point.addValues(i == 0 ? 1 : 0);
        }
        return point.build();
    }

    /** One stream with all of {@code waiting}; a service that drains ends it early, and the rest is for another one. */
    private void sendWhileServed(Map<String, PictureFile> waiting, IndexListener listener) {
        int before = waiting.size();
        try {
            RefusedCalls.run(() -> send(waiting, listener), listener::onRefused);
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.UNAVAILABLE || waiting.size() == before) {
                throw e;
            }
        }
    }

    private void send(Map<String, PictureFile> waiting, IndexListener listener) {
        BlockingClientCall<IndexImagesRequest, IndexImagesResponse> call =
                client.stub(ClipServiceGrpc::newBlockingV2Stub, trace).indexImages();
        try {
            call.write(IndexImagesRequest.newBuilder().setConfig(config).build());
            call.read();
            Deque<PictureFile> unsent = new ArrayDeque<>(waiting.values());
            Set<String> sent = new HashSet<>();
            while (!unsent.isEmpty() || !sent.isEmpty()) {
                if (!unsent.isEmpty()
                        && sent.size() < MAX_UNACKNOWLEDGED
                        && write(unsent.peek(), sent.isEmpty(), call)) {
                    sent.add(unsent.remove().id());
                } else {
                    ItemAcknowledgement fate = call.read().getAcknowledgement();
                    sent.remove(fate.getId());
                    tell(waiting.remove(fate.getId()).path(), fate, listener);
                }
            }
            call.halfClose();
        } catch (StatusException e) {
            throw e.getStatus().asRuntimeException(e.getTrailers());
        } catch (IOException e) {
            call.cancel("a file cannot be read any more", e);
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            call.cancel("interrupted", e);
            Thread.currentThread().interrupt();
            throw Status.CANCELLED.withDescription("interrupted").asRuntimeException();
        }
    }

    /**
     * Whether {@code file} is on its way. While acknowledgements are to come, a stream that takes nothing more is left to be
     * read: that it has ended is told only after them.
     */
    private static boolean write(
            PictureFile file, boolean isFirst, BlockingClientCall<IndexImagesRequest, IndexImagesResponse> call)
            throws IOException, InterruptedException, StatusException {
        IndexImagesRequest request =
                IndexImagesRequest.newBuilder().setItem(file.item()).build();
        if (isFirst) {
            return call.write(request);
        }
        try {
            return call.write(request, 1, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static void tell(Path file, ItemAcknowledgement fate, IndexListener listener) {
        if (fate.hasFailure()) {
            listener.onFailed(file, fate.getFailure().getCause().replaceFirst("^items\\[\\d+\\]\\.?", ""));
        } else {
            listener.onIndexed(file);
        }
    }

    private ClipServiceGrpc.ClipServiceBlockingStub clip() {
        return client.stub(ClipServiceGrpc::newBlockingStub, trace);
    }
}
