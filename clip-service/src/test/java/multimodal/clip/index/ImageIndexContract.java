package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import multimodal.clip.testing.Points;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every index does. */
abstract class ImageIndexContract {

    private static final int DIMENSION = 8;
    private static final VectorSpace SPACE = new VectorSpace(new ModelId("clip", "1"), DIMENSION);
    private static final String CATS = "Cats_1-a";

    private ImageIndex index;

    /** The index, empty or with what an earlier one of this test has left. */
    abstract ImageIndex openIndex() throws Exception;

    /** Removes everything. */
    abstract void clear() throws Exception;

    @BeforeEach
    void startEmpty() throws Exception {
        clear();
        index = openIndex();
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void collectionIsMadeListedAndDropped() {
        assertThat(index.space(CATS)).isEmpty();
        assertThat(index.list()).isEmpty();

        assertThat(index.open(CATS, SPACE).itemCount()).isZero();
        index.open("b", SPACE);
        index.put(CATS, SPACE, List.of(image("one", 1), image("two", 2)));

        assertThat(index.space(CATS)).contains(SPACE);
        assertThat(index.list()).extracting(CollectionInfo::name).containsExactly(CATS, "b");
        assertThat(index.list()).extracting(CollectionInfo::itemCount).containsExactly(2L, 0L);
        assertThat(index.list().get(0).sizeBytes()).isPositive();
        assertThat(index.drop(CATS).itemCount()).isEqualTo(2);
        assertThat(index.list()).extracting(CollectionInfo::name).containsExactly("b");
        assertThat(index.open(CATS, SPACE).itemCount()).isZero();
    }

    @Test
    void unknownCollectionIsToldByEveryMethod() {
        assertNotFound(() -> index.drop(CATS));
        assertNotFound(() -> index.put(CATS, SPACE, List.of(image("one", 1))));
        assertNotFound(() -> index.delete(CATS, new ImageFilter.Ids(Set.of("one"))));
        assertNotFound(() -> search(1, 1));
    }

    @Test
    void everythingIsThereAfterReopening() throws Exception {
        index.open(CATS, SPACE);
        index.put(CATS, SPACE, List.of(image("one", 1), image("two", 2)));
        index.delete(CATS, new ImageFilter.Ids(Set.of("two")));

        index.close();
        index = openIndex();

        assertThat(index.space(CATS)).contains(SPACE);
        assertThat(index.list()).extracting(CollectionInfo::itemCount).containsExactly(1L);
        assertThat(search(1, 10)).extracting(ImageHit::id).containsExactly("one");
    }

    @Test
    void pointsOfAnotherModelAreRefused() {
        index.open(CATS, SPACE);
        VectorSpace newer = new VectorSpace(new ModelId("clip", "2"), DIMENSION);

        assertThatExceptionOfType(InferenceException.class)
                .isThrownBy(() -> index.open(CATS, newer))
                .withMessage("model: clip/2, 8 coordinates (expected: clip/1, 8 coordinates, as collection " + CATS
                        + " has them)");
        assertThatExceptionOfType(InferenceException.class)
                .isThrownBy(() -> index.put(CATS, newer, List.of(image("one", 1))))
                .matches(e -> e.kind() == ErrorKind.INVALID_INPUT);
    }

    @Test
    void nearestComeFirstWithTheirCosineAndMetadata() {
        index.open(CATS, SPACE);
        Map<String, MetadataValue> metadata = Map.of(
                "name", new MetadataValue.Text("Müller \"'; DROP TABLE image_collections; --\\ 猫"),
                "price", new MetadataValue.Number(0.1),
                "sold", new MetadataValue.Flag(true));
        index.put(CATS, SPACE, List.of(image("far", 2), new IndexedImage("near", point(1), metadata)));

        List<ImageHit> hits = search(1, 2);

        assertThat(hits).extracting(ImageHit::id).containsExactly("near", "far");
        assertThat(hits.get(0).score()).isCloseTo(1, within(1e-6f));
        assertThat(hits.get(1).score()).isCloseTo(Points.cosine(point(1), point(2)), within(1e-6f));
        assertThat(hits.get(0).metadata()).isEqualTo(metadata);
        assertThat(search(1, 1)).extracting(ImageHit::id).containsExactly("near");
    }

    @Test
    void equalScoresComeInTheOrderOfIds() {
        index.open(CATS, SPACE);
        index.put(CATS, SPACE, List.of(image("c", 1), image("a", 1), image("b", 1)));

        assertThat(search(1, 3)).extracting(ImageHit::id).containsExactly("a", "b", "c");
    }

    @Test
    void imageOfTheSameIdIsReplaced() {
        index.open(CATS, SPACE);
        index.put(CATS, SPACE, List.of(new IndexedImage("one", point(1), number("price", 1))));
        index.put(CATS, SPACE, List.of(new IndexedImage("one", point(2), number("price", 2))));

        assertThat(index.list().get(0).itemCount()).isEqualTo(1);
        assertThat(search(2, 10)).singleElement().satisfies(hit -> {
            assertThat(hit.score()).isCloseTo(1, within(1e-6f));
            assertThat(hit.metadata()).isEqualTo(number("price", 2));
        });
    }

    @Test
    void filtersMatchAsSetsDo() {
        index.open(CATS, SPACE);
        Map<String, Map<String, MetadataValue>> items = items();
        index.put(
                CATS,
                SPACE,
                items.entrySet().stream()
                        .map(item -> new IndexedImage(
                                item.getKey(), point(item.getKey().hashCode()), item.getValue()))
                        .toList());
        Predicate<Map<String, MetadataValue>> isCheap =
                item -> item.get("price") instanceof MetadataValue.Number price && price.value() <= 20;
        Predicate<Map<String, MetadataValue>> isRed = item -> new MetadataValue.Text("red").equals(item.get("colour"));

        ImageFilter cheap = new ImageFilter.Range("price", Double.NEGATIVE_INFINITY, 20);
        ImageFilter red = new ImageFilter.In("colour", Set.of(new MetadataValue.Text("red")));
        Set<MetadataValue> values =
                Set.of(new MetadataValue.Number(3), new MetadataValue.Text("free"), new MetadataValue.Flag(true));
        assertFilter(cheap, items, isCheap);
        assertFilter(red, items, isRed);
        assertFilter(new ImageFilter.AllOf(List.of(cheap, red)), items, isCheap.and(isRed));
        assertFilter(new ImageFilter.AnyOf(List.of(cheap, red)), items, isCheap.or(isRed));
        assertFilter(new ImageFilter.Not(red), items, isRed.negate());
        assertFilter(
                new ImageFilter.AllOf(List.of(new ImageFilter.Not(cheap), new ImageFilter.Not(red))),
                items,
                isCheap.or(isRed).negate());
        assertFilter(
                new ImageFilter.In("price", values),
                items,
                item -> item.containsKey("price") && values.contains(item.get("price")));
        assertFilter(new ImageFilter.Range("price", 5, 4), items, item -> false);
        assertFilter(new ImageFilter.Range("price", 0, 0), items, item -> new MetadataValue.Number(0)
                .equals(item.get("price")));
        assertFilter(new ImageFilter.In("nothing'); --", Set.of(new MetadataValue.Flag(true))), items, item -> false);
        assertFilter(
                new ImageFilter.Ids(Set.of("i3", "i5", "unknown'\"")),
                items,
                item -> item == items.get("i3") || item == items.get("i5"));
    }

    @Test
    void filterThatFewMatchStillFindsThem() {
        index.open(CATS, SPACE);
        List<IndexedImage> images = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            images.add(new IndexedImage("i" + i, point(i), Map.of("rare", new MetadataValue.Flag(i % 400 == 0))));
        }
        index.put(CATS, SPACE, images);

        ImageFilter rare = new ImageFilter.In("rare", Set.of(new MetadataValue.Flag(true)));

        assertThat(index.search(CATS, point(7), 10, Optional.of(rare), RequestContext.detached()))
                .extracting(ImageHit::id)
                .containsExactlyInAnyOrder("i0", "i400", "i800", "i1200", "i1600");
    }

    @Test
    void deletesWhatMatchesAndCountsIt() {
        index.open(CATS, SPACE);
        index.put(
                CATS,
                SPACE,
                IntStream.range(0, 10)
                        .mapToObj(i -> new IndexedImage("i" + i, point(i), number("price", i)))
                        .toList());

        assertThat(index.delete(CATS, new ImageFilter.Ids(Set.of("i1", "i2", "nobody"))))
                .isEqualTo(2);
        assertThat(index.delete(CATS, new ImageFilter.Ids(Set.of("i1")))).isZero();
        assertThat(index.delete(CATS, new ImageFilter.Range("price", 5, 7))).isEqualTo(3);

        assertThat(index.list().get(0).itemCount()).isEqualTo(5);
        assertThat(search(1, 100)).extracting(ImageHit::id).containsExactlyInAnyOrder("i0", "i3", "i4", "i8", "i9");
    }

    @Test
    void failedBatchLeavesNothingBehind() {
        index.open(CATS, SPACE);
        IndexedImage broken = new IndexedImage("broken", new float[DIMENSION + 1], Map.of());

        assertThatExceptionOfType(RuntimeException.class)
                .isThrownBy(() -> index.put(CATS, SPACE, List.of(image("one", 1), broken)));
        index.put(CATS, SPACE, List.of(image("two", 2)));

        assertThat(search(1, 10)).extracting(ImageHit::id).containsExactly("two");
    }

    @Test
    void searchForNobodyIsGivenUp() {
        index.open(CATS, SPACE);
        index.put(CATS, SPACE, List.of(image("one", 1)));
        RequestContext gone =
                new RequestContext("", OptionalLong.empty(), () -> true, io.opentelemetry.context.Context.root());

        assertThatExceptionOfType(InferenceException.class)
                .isThrownBy(() -> index.search(CATS, point(1), 1, Optional.empty(), gone))
                .matches(e -> e.kind() == ErrorKind.CANCELLED);
    }

    @Test
    void nearestTenOfFiveThousandAreFoundWhateverShareMatchesAFilter() {
        List<float[]> points = fill(index, 5_000);
        for (int oneIn : List.of(1, 2, 20, 400)) {
            assertThat(recall(index, points, oneIn))
                    .as("recall where 1 in %d matches", oneIn)
                    .isGreaterThanOrEqualTo(0.98);
        }
    }

    /** Stores points, a multiple of 500; one in 2, one in 20 and one in 400 are marked so. */
    static List<float[]> fill(ImageIndex index, int count) {
        VectorSpace space = new VectorSpace(new ModelId("clip", "1"), 64);
        index.open(CATS, space);
        List<float[]> points = Points.uniform(count, 64, 5);
        for (int start = 0; start < points.size(); start += 500) {
            index.put(
                    CATS,
                    space,
                    IntStream.range(start, start + 500)
                            .mapToObj(i -> new IndexedImage("i" + i, points.get(i), shares(i)))
                            .toList());
        }
        return points;
    }

    private static Map<String, MetadataValue> shares(int number) {
        return Map.of(
                "2", new MetadataValue.Flag(number % 2 == 0),
                "20", new MetadataValue.Flag(number % 20 == 0),
                "400", new MetadataValue.Flag(number % 400 == 0));
    }

    /**
     * The share of the nearest ten that a search finds.
     *
     * @param oneIn of so many points one matches the filter; 1: without a filter
     */
    static double recall(ImageIndex index, List<float[]> points, int oneIn) {
        ImageFilter filter = new ImageFilter.In(String.valueOf(oneIn), Set.of(new MetadataValue.Flag(true)));
        List<Integer> matching = IntStream.range(0, points.size())
                .filter(i -> i % oneIn == 0)
                .boxed()
                .toList();
        List<float[]> matchingPoints = matching.stream().map(points::get).toList();
        int found = 0;
        List<float[]> queries = Points.uniform(100, 64, 6);
        for (float[] query : queries) {
            Set<String> nearest = new HashSet<>();
            Points.nearest(matchingPoints, query, 10).forEach(i -> nearest.add("i" + matching.get(i)));
            Optional<ImageFilter> asked = oneIn == 1 ? Optional.empty() : Optional.of(filter);
            List<ImageHit> hits = index.search(CATS, query, 10, asked, RequestContext.detached());
            assertThat(hits).hasSize(10).isSorted();
            found += (int)
                    hits.stream().filter(hit -> nearest.contains(hit.id())).count();
        }
        return found / (10.0 * queries.size());
    }

    private void assertFilter(
            ImageFilter filter,
            Map<String, Map<String, MetadataValue>> items,
            Predicate<Map<String, MetadataValue>> isExpected) {
        Set<String> expected = new HashSet<>();
        items.forEach((id, item) -> {
            if (isExpected.test(item)) {
                expected.add(id);
            }
        });
        assertThat(index.search(CATS, point(1), 100, Optional.of(filter), RequestContext.detached()))
                .as("%s", filter)
                .extracting(ImageHit::id)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /** Items with values of each type, and some without. */
    private static Map<String, Map<String, MetadataValue>> items() {
        Random random = new Random(3);
        List<MetadataValue> prices = List.of(
                new MetadataValue.Number(3),
                new MetadataValue.Number(-0.0),
                new MetadataValue.Number(20),
                new MetadataValue.Number(20.000001),
                new MetadataValue.Number(1e300),
                new MetadataValue.Number(-5),
                new MetadataValue.Text("free"),
                new MetadataValue.Text("3"),
                new MetadataValue.Flag(true));
        Map<String, Map<String, MetadataValue>> items = new HashMap<>();
        for (int i = 0; i < 40; i++) {
            Map<String, MetadataValue> item = new HashMap<>();
            if (i % 4 != 0) {
                item.put("price", prices.get(random.nextInt(prices.size())));
            }
            if (i % 3 != 0) {
                item.put("colour", new MetadataValue.Text(random.nextBoolean() ? "red" : "RED"));
            }
            items.put("i" + i, item);
        }
        return items;
    }

    private List<ImageHit> search(int seed, int count) {
        return index.search(CATS, point(seed), count, Optional.empty(), RequestContext.detached());
    }

    private static IndexedImage image(String id, int seed) {
        return new IndexedImage(id, point(seed), Map.of());
    }

    private static float[] point(int seed) {
        return Points.uniform(1, DIMENSION, seed).get(0);
    }

    private static Map<String, MetadataValue> number(String key, double value) {
        return Map.of(key, new MetadataValue.Number(value));
    }

    private static void assertNotFound(Runnable call) {
        assertThatExceptionOfType(InferenceException.class)
                .isThrownBy(call::run)
                .matches(e -> e.kind() == ErrorKind.NOT_FOUND)
                .withMessageContaining("collection: " + CATS);
    }
}
