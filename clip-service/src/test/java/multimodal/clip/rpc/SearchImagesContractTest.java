package multimodal.clip.rpc;

import static multimodal.clip.rpc.ContractRequests.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.rpc.BadRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.ClipServiceGrpc.ClipServiceBlockingStub;
import multimodal.clip.v1.Collection;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.EqualsFilter;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.FilterList;
import multimodal.clip.v1.InFilter;
import multimodal.clip.v1.IndexImagesConfig;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemAcknowledgement;
import multimodal.clip.v1.ItemIds;
import multimodal.clip.v1.ListCollectionsRequest;
import multimodal.clip.v1.MetadataValue;
import multimodal.clip.v1.RangeFilter;
import multimodal.clip.v1.SearchHit;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.clip.v1.SearchImagesResponse;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.ModelRef;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code SearchImages}, and what fills, empties and lists the collections that it searches. */
@QuarkusTest
@TestProfile(ContractProfile.class)
class SearchImagesContractTest extends RpcContract<SearchImagesRequest, SearchImagesResponse> {

    private static final String COLLECTION = "pictures";
    private static final int PICTURES = 30;
    private static final int DIMENSION = 8;

    @BeforeEach
    void fillCollection() {
        IndexingClient client = IndexingClient.open(channel(), COLLECTION);
        for (int i = 0; i < PICTURES; i++) {
            client.send(item("p" + i, i).toBuilder()
                    .putMetadata("number", number(i))
                    .putMetadata("kind", text(i % 2 == 0 ? "even" : "odd"))
                    .build());
        }
        assertThat(client.finish())
                .hasSize(PICTURES)
                .noneMatch(ItemAcknowledgement::hasFailure)
                .extracting(ItemAcknowledgement::getId)
                .contains("p0", "p29");
    }

    @Override
    MethodDescriptor<SearchImagesRequest, SearchImagesResponse> method() {
        return ClipServiceGrpc.getSearchImagesMethod();
    }

    @Override
    SearchImagesRequest soundRequest() {
        return search().setImage(image(picture(3))).build();
    }

    @Override
    SearchImagesRequest soundRequestTo(ModelRef model) {
        return soundRequest().toBuilder().setModel(model).build();
    }

    @Override
    FakeModel model() {
        return models.clip();
    }

    /** A collection has its model, so there is no other to be found. */
    @Override
    @Test
    void unknownModelIsNotFoundAndNamed() {
        StatusRuntimeException error = assertInvalid(
                soundRequestTo(ModelRef.newBuilder().setName("nobody").build()), "model");

        assertThat(error.getStatus().getDescription()).startsWith("model: nobody (expected: tiny-clip/1, whose");
    }

    @Test
    void pictureFindsItselfWithItsMetadata() {
        SearchImagesResponse response = call(soundRequest()).get(0);

        SearchHit best = response.getHits(0);
        assertThat(best.getId()).isEqualTo("p3");
        assertThat(best.getScore()).isCloseTo(1, within(1e-5f));
        assertThat(best.getMetadataMap()).isEqualTo(Map.of("number", number(3), "kind", text("odd")));
        assertThat(response.getHitsList())
                .hasSize(10)
                .isSortedAccordingTo((a, b) -> Float.compare(b.getScore(), a.getScore()));
        assertThat(response.getInfo().getModel().getName()).isEqualTo("tiny-clip");
        assertThat(response.hasSearchDuration()).isTrue();
    }

    @Test
    void textAndEmbeddingFindToo() {
        assertThat(call(search().setText("a cat").build()).get(0).getHitsCount())
                .isEqualTo(10);

        SearchImagesResponse response = call(search().setEmbedding(embedding(2, 0, 0, 0, 0, 0, 0, 0))
                        .build())
                .get(0);
        assertThat(response.getHitsCount()).isEqualTo(10);
        assertThat(response.hasInfo()).isFalse();
    }

    @Test
    void filtersLimitWhatIsFound() {
        Filter odd = equal("kind", text("odd"));
        Filter low = Filter.newBuilder()
                .setRange(RangeFilter.newBuilder()
                        .setKey("number")
                        .setMin(3)
                        .setMinExcluded(true)
                        .setMax(9))
                .build();
        Filter both = Filter.newBuilder()
                .setAllOf(FilterList.newBuilder().addFilters(odd).addFilters(low))
                .build();

        assertThat(ids(search().setText("a").setFilter(both).build())).containsExactlyInAnyOrder("p5", "p7", "p9");
    }

    @Test
    void pagesTogetherAreTheWhole() {
        SearchImagesRequest request = search().setText("a cat").setK(7).build();
        List<String> whole = ids(request.toBuilder().setK(1_000).build());
        List<String> paged = new ArrayList<>();
        String token = "";
        int pages = 0;
        do {
            SearchImagesResponse page =
                    call(request.toBuilder().setPageToken(token).build()).get(0);
            page.getHitsList().forEach(hit -> paged.add(hit.getId()));
            token = page.getNextPageToken();
            pages++;
        } while (!token.isEmpty());

        assertThat(whole).hasSize(PICTURES);
        assertThat(paged).isEqualTo(whole);
        assertThat(pages).isEqualTo(5);
    }

    @Test
    void minScoreLeavesOutWhatIsFurther() {
        List<SearchHit> all = call(soundRequest()).get(0).getHitsList();
        float third = all.get(2).getScore();

        SearchImagesResponse best =
                call(soundRequest().toBuilder().setMinScore(third).build()).get(0);

        assertThat(best.getHitsList()).isNotEmpty().allMatch(hit -> hit.getScore() >= third);
        assertThat(best.getHitsCount()).isLessThan(10);
        assertThat(best.getNextPageToken()).isEmpty();
    }

    @Test
    void tokenOfAnotherRequestIsRefused() {
        SearchImagesRequest request = search().setText("a cat").setK(7).build();
        String token = call(request).get(0).getNextPageToken();

        assertInvalid(request.toBuilder().setText("a dog").setPageToken(token).build(), "page_token");
        assertInvalid(request.toBuilder().setK(8).setPageToken(token).build(), "page_token");
        assertInvalid(request.toBuilder().setPageToken("nonsense").build(), "page_token");
        assertInvalid(request.toBuilder().setPageToken(token.substring(1)).build(), "page_token");
    }

    @Test
    void everyFaultIsToldAtOnce() {
        SearchImagesRequest request = SearchImagesRequest.newBuilder()
                .setCollection("../secrets")
                .setK(0)
                .setMinScore(Float.NaN)
                .setFilter(equal("a key", MetadataValue.getDefaultInstance()))
                .setPageToken("x")
                .build();

        assertInvalid(
                request,
                "collection",
                "query",
                "k",
                "min_score",
                "filter.equals.key",
                "filter.equals.value",
                "page_token");
    }

    @Test
    void kThatIsTooLargeIsRefused() {
        assertThat(assertInvalid(search().setText("a").setK(1_000_000_000).build(), "k")
                        .getStatus()
                        .getDescription())
                .isEqualTo("k: 1000000000 (expected: 1 to 1000)");
        assertInvalid(search().setText("a").setK(-1).build(), "k");
    }

    @Test
    void embeddingsAtFaultAreRefused() {
        assertInvalid(search().setEmbedding(embedding(1, 2)).build(), "embedding.values");
        assertInvalid(
                search().setEmbedding(embedding(Float.NaN, 0, 0, 0, 0, 0, 0, 0)).build(), "embedding.values");
        assertInvalid(
                search().setEmbedding(embedding(Float.POSITIVE_INFINITY, 0, 0, 0, 0, 0, 0, 0))
                        .build(),
                "embedding.values");
        assertInvalid(search().setEmbedding(embedding(0, 0, 0, 0, 0, 0, 0, 0)).build(), "embedding.values");
    }

    @Test
    void filtersWithoutBoundAreRefused() throws IOException {
        Filter leaf = equal("kind", text("odd"));
        Filter wide = Filter.newBuilder()
                .setAnyOf(FilterList.newBuilder().addAllFilters(Collections.nCopies(100_000, leaf)))
                .build();
        Filter deep = leaf;
        for (int depth = 0; depth < 20; depth++) {
            deep = Filter.newBuilder().setNot(deep).build();
        }
        Filter many = Filter.newBuilder()
                .setIn(InFilter.newBuilder().setKey("kind").addAllValues(Collections.nCopies(257, text("odd"))))
                .build();
        Filter nothing = Filter.newBuilder()
                .setRange(RangeFilter.newBuilder().setKey("number"))
                .build();

        assertInvalid(search().setText("a").setFilter(wide).build(), "filter");
        assertInvalid(search().setText("a").setFilter(deep).build(), "filter" + ".not".repeat(8));
        assertInvalid(search().setText("a").setFilter(many).build(), "filter.in.values");
        assertInvalid(search().setText("a").setFilter(nothing).build(), "filter.range");
        assertThat(failureOf(bottomlessFilter()).getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
    }

    @Test
    void unknownCollectionIsNotFound() {
        StatusRuntimeException error =
                failure(soundRequest().toBuilder().setCollection("nothing").build());

        assertThat(error.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(error.getStatus().getDescription()).startsWith("collection: nothing (expected:");
    }

    @Test
    void collectionsAreListedEmptiedAndDropped() {
        IndexingClient client = IndexingClient.open(channel(), "other");
        client.send(item("a", 1), item("b", 2), item("c", 3)).finish();
        ClipServiceBlockingStub stub = ClipServiceGrpc.newBlockingStub(channel());

        assertThat(stub.listCollections(ListCollectionsRequest.getDefaultInstance())
                        .getCollectionsList())
                .extracting(Collection::getName)
                .containsExactly("other", COLLECTION);
        assertThat(stub.deleteImages(delete("other")
                                .setIds(ItemIds.newBuilder().addIds("a").addIds("z"))
                                .build())
                        .getDeletedCount())
                .isEqualTo(1);
        assertThat(stub.deleteImages(delete("other")
                                .setFilter(Filter.newBuilder().setNot(equal("no", text(""))))
                                .build())
                        .getDeletedCount())
                .isEqualTo(2);
        Collection dropped = stub.dropCollection(DropCollectionRequest.newBuilder()
                        .setCollection("other")
                        .build())
                .getCollection();
        assertThat(dropped.getItemCount()).isZero();
        assertThat(dropped.getDimension()).isEqualTo(DIMENSION);
        assertThat(dropped.getModel().getVersion()).isEqualTo("1");
        assertThat(stub.listCollections(ListCollectionsRequest.getDefaultInstance())
                        .getCollectionsList())
                .extracting(Collection::getName)
                .containsExactly(COLLECTION);
    }

    @Test
    void deletionsAndDropsAtFaultAreRefused() {
        ClipServiceBlockingStub stub = ClipServiceGrpc.newBlockingStub(channel());

        assertThat(fields(() -> stub.deleteImages(delete("../up").build()))).containsExactly("collection", "selection");
        assertThat(fields(() -> stub.deleteImages(
                        delete("a").setIds(ItemIds.getDefaultInstance()).build())))
                .containsExactly("ids.ids");
        assertThat(fields(() -> stub.dropCollection(
                        DropCollectionRequest.newBuilder().setCollection("..").build())))
                .containsExactly("collection");
    }

    @Test
    void faultyItemsFailAloneAndTheStreamGoesOn() {
        List<ItemAcknowledgement> answers = IndexingClient.open(channel(), COLLECTION)
                .send(
                        item("p0", 0),
                        item("", 1),
                        item("broken", 1).toBuilder()
                                .setImage(image(TestPictures.truncatedPng()))
                                .build(),
                        item("short", 1).toBuilder()
                                .setEmbedding(embedding(1, 2))
                                .build(),
                        item("nan", 1).toBuilder()
                                .setEmbedding(embedding(Float.NaN, 0, 0, 0, 0, 0, 0, 0))
                                .build(),
                        item("keys", 1).toBuilder()
                                .putMetadata("a b", text("x"))
                                .putMetadata("nul", text("\0"))
                                .build(),
                        IndexItem.newBuilder().setId("empty").build(),
                        item("p1", 1))
                .finish();

        assertThat(answers).hasSize(8).extracting(ItemAcknowledgement::getIndex).doesNotHaveDuplicates();
        assertThat(answers)
                .filteredOn(answer -> !answer.hasFailure())
                .extracting(ItemAcknowledgement::getId)
                .containsExactlyInAnyOrder("p0", "p1");
        assertThat(answers)
                .filteredOn(ItemAcknowledgement::hasFailure)
                .allMatch(answer -> answer.getFailure().getCode() == Code.INVALID_ARGUMENT.value())
                .allMatch(answer -> answer.getFailure().getCause().startsWith("items[" + answer.getIndex() + "]"))
                .allMatch(answer -> answer.getFailure().getDetails(0).is(BadRequest.class));
    }

    @Test
    void streamThatBeginsOrGoesOnWronglyIsRefused() {
        IndexImagesRequest item =
                IndexImagesRequest.newBuilder().setItem(item("a", 1)).build();

        assertStreamRefused("config: ", item);
        assertStreamRefused("config: ", IndexImagesRequest.getDefaultInstance());
        assertStreamRefused("item: ", IndexingClient.config(COLLECTION), IndexingClient.config(COLLECTION));
        assertStreamRefused("config.collection: ../up", IndexingClient.config("../up"));
        assertStreamRefused("config.model: tiny-clip/2", configFor("tiny-clip", "2"));
        assertStreamRefused("config.model: nobody", configFor("nobody", ""));
    }

    @Test
    void imageOfOneIdIsReplaced() {
        IndexingClient.open(channel(), COLLECTION).send(item("p3", 77)).finish();

        SearchHit hit = call(search().setImage(image(picture(77))).setK(1).build())
                .get(0)
                .getHits(0);

        assertThat(hit.getId()).isEqualTo("p3");
        assertThat(hit.getMetadataMap()).isEmpty();
    }

    @Test
    void indexingThatIsCancelledOrLateHoldsNothing() {
        model().beforeRun(context -> {
            awaitEnd(context::isLive);
            context.checkLive();
        });
        IndexingClient cancelled = IndexingClient.open(channel(), COLLECTION).send(item("late", 1));
        cancelled.cancel();
        assertThat(cancelled.awaitEnd().getCode()).isEqualTo(Code.CANCELLED);

        IndexingClient late =
                IndexingClient.of(channel(), CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS));
        late.send(IndexingClient.config(COLLECTION)).send(item("late", 1));
        assertThat(late.awaitEnd().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    private void assertStreamRefused(String message, IndexImagesRequest... requests) {
        IndexingClient client = IndexingClient.of(channel(), CallOptions.DEFAULT);
        for (IndexImagesRequest request : requests) {
            client.send(request);
        }
        assertThat(client.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(client.awaitEnd().getDescription()).startsWith(message);
    }

    /** A request whose filter is nested 100,000 times. */
    private static byte[] bottomlessFilter() throws IOException {
        int tag = 6 << 3 | 2;
        byte[] reversed = new byte[1_200_000];
        int start = reversed.length;
        for (int depth = 0; depth < 100_000; depth++) {
            int length = reversed.length - start;
            byte[] header = new byte[1 + CodedOutputStream.computeUInt32SizeNoTag(length)];
            CodedOutputStream out = CodedOutputStream.newInstance(header);
            out.writeUInt32NoTag(tag);
            out.writeUInt32NoTag(length);
            start -= header.length;
            System.arraycopy(header, 0, reversed, start, header.length);
        }
        ByteString nested = ByteString.copyFrom(reversed, start, reversed.length - start);
        ByteString.Output request = ByteString.newOutput();
        CodedOutputStream out = CodedOutputStream.newInstance(request);
        out.writeString(1, COLLECTION);
        out.writeString(3, "a");
        out.writeBytes(8, nested);
        out.flush();
        return request.toByteString().toByteArray();
    }

    private static IndexImagesRequest configFor(String model, String version) {
        return IndexImagesRequest.newBuilder()
                .setConfig(IndexImagesConfig.newBuilder()
                        .setCollection(COLLECTION)
                        .setModel(ModelRef.newBuilder().setName(model).setVersion(version)))
                .build();
    }

    private List<String> ids(SearchImagesRequest request) {
        return call(request).get(0).getHitsList().stream().map(SearchHit::getId).toList();
    }

    private static List<String> fields(Runnable call) {
        StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call::run);
        assertThat(error.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        return fields(error);
    }

    private static SearchImagesRequest.Builder search() {
        return SearchImagesRequest.newBuilder().setCollection(COLLECTION);
    }

    private static DeleteImagesRequest.Builder delete(String collection) {
        return DeleteImagesRequest.newBuilder().setCollection(collection);
    }

    /** A picture that no other number has. */
    private static byte[] picture(int number) {
        return TestPictures.png(8, 8, 0x010101 * (3 * number));
    }

    private static IndexItem item(String id, int number) {
        return IndexItem.newBuilder().setId(id).setImage(image(picture(number))).build();
    }

    private static Embedding embedding(float... values) {
        Embedding.Builder embedding = Embedding.newBuilder();
        IntStream.range(0, values.length).forEach(k -> embedding.addValues(values[k]));
        return embedding.build();
    }

    private static Filter equal(String key, MetadataValue value) {
        return Filter.newBuilder()
                .setEquals(EqualsFilter.newBuilder().setKey(key).setValue(value))
                .build();
    }

    private static MetadataValue text(String value) {
        return MetadataValue.newBuilder().setText(value).build();
    }

    private static MetadataValue number(double value) {
        return MetadataValue.newBuilder().setNumber(value).build();
    }
}
