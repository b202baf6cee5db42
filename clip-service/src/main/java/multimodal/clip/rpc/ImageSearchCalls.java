package multimodal.clip.rpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import multimodal.clip.index.CollectionInfo;
import multimodal.clip.index.ImageFilter;
import multimodal.clip.index.ImageIndex;
import multimodal.clip.index.VectorSpace;
import multimodal.clip.pipeline.FoundImages;
import multimodal.clip.pipeline.ImageIndexer;
import multimodal.clip.pipeline.ImageSearcher;
import multimodal.clip.pipeline.SearchOptions;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.DeleteImagesResponse;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.DropCollectionResponse;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.ListCollectionsResponse;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.rpc.Violations;
import multimodal.common.server.ServingState;
import multimodal.inference.error.InferenceException;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.rpc.ModelMessages;

/** The methods of {@code ClipService} that fill and search collections: parse, call a pipeline or the index, render. */
public final class ImageSearchCalls {

    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);

    private final Calls calls;
    private final Models models;
    private final PictureReader reader;
    private final ImageIndex index;
    private final ImageIndexer indexer;
    private final ImageSearcher searcher;
    private final ServingState serving;
    private final Semaphore streams;

    /** @param maxStreams streams that fill collections at once; each holds up to 32 MiB */
    public ImageSearchCalls(
            Calls calls,
            Models models,
            PictureReader reader,
            ImageIndex index,
            ImageIndexer indexer,
            ImageSearcher searcher,
            ServingState serving,
            int maxStreams) {
        this.calls = calls;
        this.models = models;
        this.reader = reader;
        this.index = index;
        this.indexer = indexer;
        this.searcher = searcher;
        this.serving = serving;
        this.streams = new Semaphore(maxStreams);
    }

    StreamObserver<IndexImagesRequest> index(StreamObserver<IndexImagesResponse> observer) {
        IndexStream stream = new IndexStream((ServerCallStreamObserver<IndexImagesResponse>) observer, indexer, reader);
        calls.stream(observer, (call, client) -> {
            if (!streams.tryAcquire()) {
                throw InferenceException.overloaded("too many streams fill collections at once", RETRY_DELAY);
            }
            Runnable drain = () -> {
                if (serving.isDraining()) {
                    stream.drain();
                }
            };
            serving.addListener(drain);
            try {
                drain.run();
                stream.run(call, (config, opened) -> open(config, call, opened), client);
            } finally {
                serving.removeListener(drain);
                streams.release();
            }
        });
        return stream;
    }

    void search(SearchImagesRequest request, StreamObserver<SearchImagesResponse> observer) {
        calls.answer(observer, call -> {
            RequestCheck check = new RequestCheck(reader);
            Optional<VectorSpace> space = space("collection", request.getCollection(), check.violations());
            SearchOptions options = SearchRequests.search(request, space, check);
            check.throwIfAny();
            VectorSpace known = space.orElseThrow(() -> ImageIndex.unknown(request.getCollection()));
            FoundImages found = searcher.search(options, () -> model(known, call), call.context());
            return SearchResponses.found(request, found, call);
        });
    }

    void delete(DeleteImagesRequest request, StreamObserver<DeleteImagesResponse> observer) {
        calls.answer(observer, call -> {
            Violations violations = new Violations();
            SearchRequests.requireCollection("collection", request.getCollection(), violations);
            ImageFilter selection = SearchRequests.selection(request, violations);
            violations.throwIfAny();
            return DeleteImagesResponse.newBuilder()
                    .setDeletedCount(index.delete(request.getCollection(), selection))
                    .build();
        });
    }

    void list(StreamObserver<ListCollectionsResponse> observer) {
        calls.answer(observer, call -> SearchResponses.collections(index.list()));
    }

    void drop(DropCollectionRequest request, StreamObserver<DropCollectionResponse> observer) {
        calls.answer(observer, call -> {
            Violations violations = new Violations();
            SearchRequests.requireCollection("collection", request.getCollection(), violations);
            violations.throwIfAny();
            CollectionInfo dropped = index.drop(request.getCollection());
            return DropCollectionResponse.newBuilder()
                    .setCollection(SearchResponses.collection(dropped))
                    .build();
        });
    }

    /** The collection of a stream; {@code opened} hears what it is. */
    ImageIndexer.Target open(IndexImagesConfig config, Call call, Consumer<IndexImagesResponse> opened) {
        Violations violations = new Violations();
        Optional<VectorSpace> known = space("config.collection", config.getCollection(), violations);
        known.ifPresent(space -> Spaces.requireSame("config.model", config.getModel(), space, violations));
        violations.throwIfAny();
        VectorSpace space = known.orElseGet(() -> newSpace(config, call));
        opened.accept(SearchResponses.opened(index.open(config.getCollection(), space)));
        return new ImageIndexer.Target(config.getCollection(), space, () -> model(space, call));
    }

    private VectorSpace newSpace(IndexImagesConfig config, Call call) {
        try (ModelHandle model = models.clip(config.getModel(), call)) {
            return Spaces.of(model.manifest());
        }
    }

    /** What the collection of a request holds; empty if there is none, or if its name is at fault. */
    private Optional<VectorSpace> space(String field, String collection, Violations violations) {
        return SearchRequests.requireCollection(field, collection, violations)
                ? index.space(collection)
                : Optional.empty();
    }

    private ModelHandle model(VectorSpace space, Call call) {
        return models.clip(ModelMessages.ref(space.model()), call);
    }
}
