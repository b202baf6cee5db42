package multimodal.client.testing;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.DropCollectionResponse;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemAcknowledgement;
import multimodal.clip.v1.ItemFailure;
import multimodal.clip.v1.ListCollectionsRequest;
import multimodal.clip.v1.ListCollectionsResponse;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.v1.ModelRef;

/** Collections that know no pictures: a search finds all that its filter lets through, in the order of their ids. */
public final class ScriptedClip extends ClipServiceGrpc.ClipServiceImplBase {
    private static final int DIMENSION = 4;

    /** Items that came, over all collections. */
    public final List<IndexItem> indexed = new CopyOnWriteArrayList<>();

    /** Searches that came. */
    public final List<SearchImagesRequest> searches = new CopyOnWriteArrayList<>();

    /** How many items each of the next streams takes before it breaks off. */
    public final Queue<Integer> breaks = new ConcurrentLinkedQueue<>();

    private final Map<String, Map<String, IndexItem>> collections = new ConcurrentSkipListMap<>();

    @Override
    public void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> observer) {
        observer.onNext(ScriptedRuns.classes(request.getLabelsList()));
        observer.onCompleted();
    }

    @Override
    public StreamObserver<IndexImagesRequest> indexImages(StreamObserver<IndexImagesResponse> observer) {
        Integer limit = breaks.poll();
        return new Filling(observer, limit == null ? Integer.MAX_VALUE : limit);
    }

    @Override
    public void searchImages(SearchImagesRequest request, StreamObserver<SearchImagesResponse> observer) {
        searches.add(request);
        Map<String, IndexItem> items = collections.get(request.getCollection());
        if (items == null) {
            observer.onError(unknown(request.getCollection()));
            return;
        }
        SearchImagesResponse.Builder answer = SearchImagesResponse.newBuilder();
        items.values().stream()
                .filter(item -> matches(request.getFilter(), item))
                .limit(request.hasK() ? request.getK() : 10)
                .forEach(item -> answer.addHits(SearchHit.newBuilder()
                        .setId(item.getId())
                        .setScore(0.5f)
                        .putAllMetadata(item.getMetadataMap())));
        observer.onNext(answer.build());
        observer.onCompleted();
    }

    @Override
    public void listCollections(ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
        observer.onNext(ListCollectionsResponse.newBuilder()
                .addAllCollections(
                        collections.keySet().stream().map(this::collection).toList())
                .build());
        observer.onCompleted();
    }

    @Override
    public void dropCollection(DropCollectionRequest request, StreamObserver<DropCollectionResponse> observer) {
        if (!collections.containsKey(request.getCollection())) {
            observer.onError(unknown(request.getCollection()));
            return;
        }
        Collection dropped = collection(request.getCollection());
        collections.remove(request.getCollection());
        observer.onNext(
                DropCollectionResponse.newBuilder().setCollection(dropped).build());
        observer.onCompleted();
    }

    private Collection collection(String name) {
        return Collection.newBuilder()
                .setName(name)
                .setModel(ModelRef.newBuilder().setName("sticker-clip").setVersion("1"))
                .setDimension(DIMENSION)
                .setItemCount(collections.get(name).size())
                .build();
    }

    private static boolean matches(Filter filter, IndexItem item) {
        return switch (filter.getFilterCase()) {
            case EQUALS ->
                filter.getEquals()
                        .getValue()
                        .equals(item.getMetadataOrDefault(
                                filter.getEquals().getKey(), MetadataValue.getDefaultInstance()));
            case IN ->
                filter.getIn()
                        .getValuesList()
                        .contains(
                                item.getMetadataOrDefault(filter.getIn().getKey(), MetadataValue.getDefaultInstance()));
            case ALL_OF -> filter.getAllOf().getFiltersList().stream().allMatch(part -> matches(part, item));
            default -> true;
        };
    }

    private static StatusRuntimeException unknown(String collection) {
        return Status.NOT_FOUND
                .withDescription("collection: there is no " + collection)
                .asRuntimeException();
    }

    private final class Filling implements StreamObserver<IndexImagesRequest> {
        private final StreamObserver<IndexImagesResponse> observer;
        private final int limit;
        private String collection;
        private int count;

        Filling(StreamObserver<IndexImagesResponse> observer, int limit) {
            this.observer = observer;
            this.limit = limit;
        }

        @Override
        public void onNext(IndexImagesRequest request) {
            if (request.hasConfig()) {
                collection = request.getConfig().getCollection();
                collections.computeIfAbsent(collection, name -> new ConcurrentSkipListMap<>());
                observer.onNext(IndexImagesResponse.newBuilder()
                        .setOpened(collection(collection))
                        .build());
            } else if (count == limit) {
                count++;
                observer.onError(Status.UNAVAILABLE.withDescription("draining").asRuntimeException());
            } else if (count < limit) {
                take(request.getItem(), count++);
            }
        }

        private void take(IndexItem item, int index) {
            ItemAcknowledgement.Builder fate =
                    ItemAcknowledgement.newBuilder().setIndex(index).setId(item.getId());
            if (item.getImage().getData().isEmpty()) {
                fate.setFailure(ItemFailure.newBuilder()
                        .setCode(Status.Code.INVALID_ARGUMENT.value())
                        .setCause("items[" + index + "].image.data: empty (expected: a picture)"));
            } else {
                indexed.add(item);
                collections.get(collection).put(item.getId(), item);
            }
            observer.onNext(
                    IndexImagesResponse.newBuilder().setAcknowledgement(fate).build());
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {
            if (count <= limit) {
                observer.onCompleted();
            }
        }
    }
}
