package multimodal.clip.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import multimodal.clip.index.GroupCommit;
import multimodal.clip.index.ImageFilter;
import multimodal.clip.index.ImageIndex;
import multimodal.clip.index.IndexedImage;
import multimodal.clip.index.LuceneImageIndex;
import multimodal.clip.index.MetadataValue;
import multimodal.clip.index.VectorSpace;
import multimodal.clip.pipeline.ClassifyOptions;
import multimodal.clip.pipeline.Content;
import multimodal.clip.pipeline.ContentEncoder;
import multimodal.clip.pipeline.ContinueOptions;
import multimodal.clip.pipeline.DecodingOptions;
import multimodal.clip.pipeline.Embedder;
import multimodal.clip.pipeline.ImageIndexer;
import multimodal.clip.pipeline.ImageSearcher;
import multimodal.clip.pipeline.NewImage;
import multimodal.clip.pipeline.Place;
import multimodal.clip.pipeline.SearchCursor;
import multimodal.clip.pipeline.SearchOptions;
import multimodal.clip.steps.PictureEncoder;
import multimodal.clip.steps.PictureReader;
import multimodal.clip.steps.TextEncoder;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.clip.v1.AnswerQuestionRequest;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.CompareRequest;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.clip.v1.DeleteImagesRequest;
import multimodal.clip.v1.DropCollectionRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.EqualsFilter;
import multimodal.clip.v1.Filter;
import multimodal.clip.v1.FilterList;
import multimodal.clip.v1.FuseModalitiesRequest;
import multimodal.clip.v1.IndexImagesRequest;
import multimodal.clip.v1.IndexImagesResponse;
import multimodal.clip.v1.IndexItem;
import multimodal.clip.v1.ItemIds;
import multimodal.clip.v1.RangeFilter;
import multimodal.clip.v1.SearchImagesRequest;
import multimodal.common.server.ServingState;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import multimodal.testing.Fuzz;
import multimodal.testing.RandomMessages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever a client asks for, it is options within their ranges or {@code INVALID_ARGUMENT}; what is taken can be done. */
class RequestsFuzzTest {

    private static final String COLLECTION = "sticker";
    private static final Image PICTURE = ContractRequests.image(TestPictures.png(1, 1, 0x336699));
    private static final multimodal.clip.v1.MetadataValue YEAR =
            multimodal.clip.v1.MetadataValue.newBuilder().setNumber(1999).build();

    /** Streams have some ten messages each, and commits to the disk. */
    private static final int STREAMS_SHARE = 50;

    private static final int MAX_MESSAGES = 20;

    @TempDir
    Path folder;

    private final FakeModel clip = TinyModels.clip();
    private final VectorSpace space = Spaces.of(clip.manifest());
    private final Embedding embedding = Embedding.newBuilder()
            .addAllValues(Collections.nCopies(space.dimension(), 0.5f))
            .build();
    private final PictureReader reader = new PictureReader(new PictureDecoder(PictureLimits.DEFAULT), 1);
    private ImageIndex index;

    @BeforeEach
    void open() {
        index = new LuceneImageIndex(folder, false);
        index.open(COLLECTION, space);
        index.put(
                COLLECTION,
                space,
                List.of(new IndexedImage("a", point(), Map.of("a", new MetadataValue.Number(1999)))));
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void contentsToEmbed() {
        EmbedRequest sound = EmbedRequest.newBuilder()
                .addInputs(ContractRequests.text("a cat"))
                .addInputs(multimodal.clip.v1.Content.newBuilder().setImage(PICTURE))
                .build();

        fuzz(
                sound,
                (request, check) -> ContentRequests.contents("inputs", request.getInputsList(), check),
                RequestsFuzzTest::requireSound);
    }

    @Test
    void contentsToCompare() {
        CompareRequest sound = CompareRequest.newBuilder()
                .addRows(ContractRequests.text("a cat"))
                .addColumns(multimodal.clip.v1.Content.newBuilder().setImage(PICTURE))
                .build();

        fuzz(
                sound,
                (request, check) -> {
                    List<Content> all = new ArrayList<>(ContentRequests.contents("rows", request.getRowsList(), check));
                    all.addAll(ContentRequests.contents("columns", request.getColumnsList(), check));
                    return all;
                },
                RequestsFuzzTest::requireSound);
    }

    @Test
    void labels() {
        ClassifyRequest sound = ClassifyRequest.newBuilder()
                .setImage(PICTURE)
                .addLabels("cat")
                .addTemplates("a {}")
                .build();

        fuzz(
                sound,
                (request, check) -> LabelRequests.classify(request, clip.manifest(), check),
                (ClassifyOptions options) -> {
                    assertThat(options.labels()).hasSizeBetween(1, 1_000).doesNotHaveDuplicates();
                    assertThat(options.templates()).hasSizeBetween(1, 16).allMatch(template -> template.contains("{}"));
                });
    }

    @Test
    void captions() {
        FakeModel model = TinyModels.caption();

        fuzz(
                CaptionImageRequest.newBuilder()
                        .setImage(PICTURE)
                        .setDecoding(beams())
                        .build(),
                (request, check) -> TextRequests.caption(request, model.manifest(), check),
                options -> {
                    assertThat(options.language()).isIn("en", "zh");
                    requireSound(options.decoding(), 24);
                });
    }

    @Test
    void questions() {
        FakeModel model = TinyModels.questions();

        fuzz(
                AnswerQuestionRequest.newBuilder()
                        .setImage(PICTURE)
                        .setQuestion("a cat?")
                        .build(),
                (request, check) -> TextRequests.answer(request, model.manifest(), check),
                options -> {
                    assertThat(options.question().value()).isNotBlank();
                    assertThat(options.language()).isEqualTo("en");
                });
    }

    @Test
    void continuations() {
        FakeModel model = TinyModels.text();

        fuzz(
                ContinueTextRequest.newBuilder()
                        .setPrompt("a cat")
                        .setDecoding(beams())
                        .setSequenceCount(2)
                        .build(),
                (request, check) -> TextRequests.continuation(request, model.manifest(), check),
                (ContinueOptions options) -> {
                    assertThat(options.prompt().value()).isNotBlank();
                    requireSound(options.decoding(), TinyModels.MAX_LENGTH);
                    assertThat(options.sequences()).isBetween(1, 8);
                });
    }

    @Test
    void picturesAndTextsToFuse() {
        fuzz(
                FuseModalitiesRequest.newBuilder()
                        .setImage(PICTURE)
                        .setText("a cat")
                        .build(),
                (request, check) -> List.<Content>of(
                        new Content.Picture(ContentRequests.picture("image", request.getImage(), check)),
                        ContentRequests.text("text", request.getText(), check.violations())),
                RequestsFuzzTest::requireSound);
    }

    @Test
    void itemsOfACollection() {
        IndexItem sound = item();

        fuzz(sound, (request, check) -> SearchRequests.item(7, request, space, check), (NewImage image) -> {
            assertThat(image.id()).isNotBlank().doesNotContain("\0");
            assertThat(image.metadata()).hasSizeLessThanOrEqualTo(32);
            if (image.place() instanceof Place.At at) {
                requireSound(at);
            }
        });
    }

    @Test
    void searches() {
        RandomMessages<SearchImagesRequest> requests = new RandomMessages<>(SearchImagesRequest.newBuilder()
                .setCollection(COLLECTION)
                .setEmbedding(embedding)
                .setK(2)
                .setMinScore(0.5f)
                .build());

        Fuzz.run(random -> paged(requests.apply(random), random), request -> {
            takeOrRefuse(
                    check -> SearchRequests.search(request, Optional.of(space), check), (SearchOptions options) -> {
                        assertThat(options.k()).isBetween(1, 1_000);
                        assertThat(options.minScore()).isBetween(-1f, 1f);
                        options.after().ifPresent(cursor -> assertThat(cursor.hitCount())
                                .isBetween(1, ImageSearcher.MAX_DEPTH - 1));
                        if (options.query() instanceof Place.At at) {
                            requireSound(at);
                        }
                    });
        });
    }

    @Test
    void filters() {
        Fuzz.run(
                random -> filter(random, random.nextInt(12)),
                filter -> takeOrRefuse(
                        check -> FilterRequests.parse("filter", filter, check.violations()), this::requireDoable));
    }

    @Test
    void selectionsToDelete() {
        fuzz(
                DeleteImagesRequest.newBuilder()
                        .setCollection(COLLECTION)
                        .setIds(ItemIds.newBuilder().addIds("a"))
                        .build(),
                (request, check) -> {
                    SearchRequests.requireCollection("collection", request.getCollection(), check.violations());
                    return SearchRequests.selection(request, check.violations());
                },
                this::requireDoable);
    }

    @Test
    void namesOfCollections() {
        fuzz(
                DropCollectionRequest.newBuilder().setCollection(COLLECTION).build(),
                (request, check) -> {
                    SearchRequests.requireCollection("collection", request.getCollection(), check.violations());
                    return request.getCollection();
                },
                name -> assertThat(name).matches("[A-Za-z0-9_-]{1,64}"));
    }

    /** Every item of a stream is acknowledged once, or the stream ends with what is promised. */
    @Test
    void streamsThatFillCollections() {
        RandomMessages<IndexImagesRequest> configs = new RandomMessages<>(IndexingClient.config(COLLECTION));
        RandomMessages<IndexItem> items = new RandomMessages<>(item());
        Embedder embedder = new Embedder(new ContentEncoder(new TextEncoder(), new PictureEncoder(reader)));
        ImageIndexer indexer = new ImageIndexer(embedder, new GroupCommit(index, Runnable::run));
        ImageSearchCalls calls = new ImageSearchCalls(
                new Calls(Runnable::run),
                new Models((query, context, onLoading) -> find(query.name())),
                reader,
                index,
                indexer,
                new ImageSearcher(embedder, index),
                new ServingState(Set::of),
                1);

        Fuzz.run(
                STREAMS_SHARE,
                random -> {
                    List<IndexImagesRequest> messages = new ArrayList<>();
                    messages.add(configs.apply(random));
                    for (int count = random.nextInt(MAX_MESSAGES); count > 0; count--) {
                        messages.add(
                                random.nextInt(40) == 0
                                        ? configs.apply(random)
                                        : IndexImagesRequest.newBuilder()
                                                .setItem(items.apply(random))
                                                .build());
                    }
                    return messages;
                },
                messages -> {
                    List<IndexImagesResponse> answers = new ArrayList<>();
                    IndexStream stream = new IndexStream(new Unheard<>(), indexer, reader);
                    messages.forEach(stream::onNext);
                    stream.onCompleted();
                    Call call = new Call(RequestContext.detached(), System.nanoTime());
                    try {
                        stream.run(call, (config, client) -> calls.open(config, call, client), answers::add);
                        requireAcknowledged(messages, answers);
                    } catch (StatusRuntimeException refused) {
                        assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
                    } catch (InferenceException refused) {
                        assertThat(refused.kind()).isEqualTo(ErrorKind.NOT_FOUND);
                    }
                });
    }

    private FakeModel find(Optional<String> name) {
        String known = clip.manifest().id().name();
        if (!name.orElse(known).equals(known)) {
            throw InferenceException.notFound("model.name", name.get(), known);
        }
        return clip;
    }

    private static void requireAcknowledged(List<IndexImagesRequest> messages, List<IndexImagesResponse> answers) {
        assertThat(answers.get(0).hasOpened()).isTrue();
        assertThat(answers.stream().skip(1).map(answer -> answer.getAcknowledgement()
                        .getIndex()))
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.range(0, messages.size() - 1).boxed().toList());
        assertThat(answers.stream()
                        .filter(answer -> answer.getAcknowledgement().hasFailure())
                        .map(answer -> answer.getAcknowledgement().getFailure().getCode())
                        .collect(Collectors.toSet()))
                .isSubsetOf(Code.INVALID_ARGUMENT.value());
    }

    private <Q extends Message, T> void fuzz(Q sound, BiFunction<Q, RequestCheck, T> parse, Consumer<T> taken) {
        Fuzz.run(new RandomMessages<>(sound), request -> takeOrRefuse(check -> parse.apply(request, check), taken));
    }

    private <T> void takeOrRefuse(Function<RequestCheck, T> parse, Consumer<T> taken) {
        T options;
        try {
            RequestCheck check = new RequestCheck(reader);
            options = parse.apply(check);
            check.throwIfAny();
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            return;
        }
        taken.accept(options);
    }

    private static void requireSound(List<Content> contents) {
        assertThat(contents).hasSizeBetween(1, 512).allSatisfy(content -> {
            if (content instanceof Content.Text text) {
                assertThat(text.value()).isNotBlank();
            }
        });
    }

    private static void requireSound(DecodingOptions options, int limit) {
        options.maxTokens().ifPresent(most -> assertThat(most).isBetween(1, limit));
        assertThat(options.minTokens()).isBetween(0, options.maxTokens().orElse(limit));
        assertThat(options.repetitionPenalty()).isBetween(0.1f, 10f);
        assertThat(options.strategy().slots()).isBetween(1, 8);
        if (options.strategy() instanceof DecodingOptions.Sampled sampled) {
            assertThat(sampled.temperature()).isGreaterThan(0).isLessThanOrEqualTo(10);
            assertThat(sampled.topP()).isGreaterThan(0).isLessThanOrEqualTo(1);
        }
    }

    private void requireSound(Place.At place) {
        double squares = 0;
        for (float value : place.vector()) {
            squares += (double) value * value;
        }
        assertThat(place.vector()).hasSize(space.dimension());
        assertThat(squares).isBetween(0.999, 1.001);
    }

    private void requireDoable(ImageFilter filter) {
        assertThat(index.search(COLLECTION, point(), 1, Optional.of(filter), RequestContext.detached()))
                .hasSizeLessThanOrEqualTo(1);
    }

    private float[] point() {
        float[] point = new float[space.dimension()];
        point[0] = 1;
        return point;
    }

    private IndexItem item() {
        return IndexItem.newBuilder()
                .setId("a cat")
                .setEmbedding(embedding)
                .putMetadata("year", YEAR)
                .build();
    }

    private static multimodal.common.v1.DecodingOptions beams() {
        return multimodal.common.v1.DecodingOptions.newBuilder()
                .setMaxTokens(8)
                .setBeam(BeamDecoding.newBuilder().setBeamCount(3))
                .build();
    }

    /** Some with a page token of their own, some of those with one letter changed. */
    private static SearchImagesRequest paged(SearchImagesRequest request, Random random) {
        if (random.nextBoolean()) {
            return request;
        }
        SearchImagesRequest first = request.toBuilder().clearPageToken().build();
        SearchCursor cursor = new SearchCursor(random.nextInt(3 * ImageSearcher.MAX_DEPTH) - 1, 0.5f, "a");
        StringBuilder token = new StringBuilder(PageTokens.render(cursor, first));
        if (random.nextBoolean()) {
            token.setCharAt(random.nextInt(token.length()), (char) ('!' + random.nextInt(90)));
        }
        return first.toBuilder().setPageToken(token.toString()).build();
    }

    /** A tree of at most so many levels, wider and deeper than is allowed now and then. */
    private static Filter filter(Random random, int levels) {
        Filter.Builder filter = Filter.newBuilder();
        return switch (levels <= 0 ? 4 + random.nextInt(3) : random.nextInt(7)) {
            case 0 -> filter.setNot(filter(random, levels - 1)).build();
            case 1, 2 -> filter.setAllOf(filters(random, levels - 1)).build();
            case 3 -> filter.setAnyOf(filters(random, levels - 1)).build();
            case 4 ->
                filter.setEquals(EqualsFilter.newBuilder().setKey("a").setValue(YEAR))
                        .build();
            case 5 ->
                filter.setRange(RangeFilter.newBuilder().setKey("a").setMin(random.nextGaussian()))
                        .build();
            default -> new RandomMessages<>(Filter.getDefaultInstance()).apply(random);
        };
    }

    private static FilterList filters(Random random, int levels) {
        FilterList.Builder list = FilterList.newBuilder();
        for (int count = random.nextInt(4); count > 0; count--) {
            list.addFilters(filter(random, levels));
        }
        return list.build();
    }

    /** A client that sends whatever it likes whenever it likes. */
    private static final class Unheard<T> extends ServerCallStreamObserver<T> {

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public void setCompression(String compression) {}

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void disableAutoRequest() {}

        @Override
        public void onNext(T value) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
