package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.tensor.Tensor;

/**
 * How long an artifact takes at each batch size on this device, measured at warm-up.
 *
 * @param times rows to the time of one call, at least for one row
 */
record Calibration(SortedMap<Integer, Duration> times) {

    /** A batch must make a row cheaper by this share to be worth the wait. */
    private static final double LEAST_GAIN = 0.03;

    private static final List<Integer> SIZES = List.of(1, 2, 4);
    /** Rounds at least, and at most while they are quick: the machine has other work, which only ever makes calls slower. */
    private static final int LEAST_ROUNDS = 3;

    private static final int MOST_ROUNDS = 10;
    private static final long QUICK_NANOS = 250_000_000;

    Calibration {
        times = new TreeMap<>(times);
    }

    /** Warms the graph up at 1, 2 and 4 rows as far as {@code maxRows} allows, and times it. */
    static Calibration measure(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int maxRows, LongSupplier clockNanos) {
        List<Integer> sizes = SIZES.stream().filter(rows -> rows <= maxRows).toList();
        return new Calibration(fastest(graph, artifact, inputs, sizes, clockNanos));
    }

    /** Warms the graph up at the one size that it will be called with, and times it. */
    static Calibration measureFixed(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int rows, LongSupplier clockNanos) {
        return new Calibration(fastest(graph, artifact, inputs, List.of(rows), clockNanos));
    }

    /** The fastest call of each size, in rounds over the sizes, after one call of each that pays for its preparation. */
    private static SortedMap<Integer, Duration> fastest(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, List<Integer> sizes, LongSupplier clockNanos) {
        sizes.forEach(rows -> graph.run(inputs.of(artifact, rows)));
        SortedMap<Integer, Duration> fastest = new TreeMap<>();
        long begin = clockNanos.getAsLong();
        for (int round = 0; round < MOST_ROUNDS; round++) {
            if (round >= LEAST_ROUNDS && clockNanos.getAsLong() - begin > QUICK_NANOS) {
                break;
            }
            for (int rows : sizes) {
                Map<String, Tensor> call = inputs.of(artifact, rows);
                long start = clockNanos.getAsLong();
                graph.run(call);
                fastest.merge(rows, Duration.ofNanos(clockNanos.getAsLong() - start), Calibration::shorter);
            }
        }
        return fastest;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    /** {@code maxRows}, or 1 where no measured batch makes a row cheaper. */
    int batchLimit(int maxRows) {
        double alone = nanosPerRow(times.firstKey());
        boolean pays =
                times.tailMap(2).keySet().stream().anyMatch(rows -> nanosPerRow(rows) < alone * (1 - LEAST_GAIN));
        return pays ? maxRows : 1;
    }

    /** The time of one row in the batch that makes it cheapest. */
    Duration perRow() {
        return Duration.ofNanos((long)
                times.keySet().stream().mapToDouble(this::nanosPerRow).min().orElseThrow());
    }

    private double nanosPerRow(int rows) {
        return (double) times.get(rows).toNanos() / rows;
    }

    @Override
    public String toString() {
        return times.entrySet().stream()
                .map(time ->
                        "%d: %.1f ms".formatted(time.getKey(), time.getValue().toNanos() / 1e6))
                .collect(Collectors.joining(", "));
    }
}
