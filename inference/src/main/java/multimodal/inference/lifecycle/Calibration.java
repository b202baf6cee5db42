package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;

/**
 * How long an artifact takes at each batch size on this device, measured at warm-up.
 *
 * @param times rows to the time of one call, at least for one row
 */
record Calibration(SortedMap<Integer, Duration> times) {

    /** A batch must make a row cheaper by this share to be worth the wait. */
    private static final double LEAST_GAIN = 0.03;

    private static final int[] SIZES = {1, 2, 4};
    /** The first call of a size pays for allocation and graph optimization; the least of the others counts. */
    private static final int REPEATS = 3;

    Calibration {
        times = new TreeMap<>(times);
    }

    /** Warms the graph up at 1, 2 and 4 rows as far as {@code maxRows} allows, and times it. */
    static Calibration measure(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int maxRows, LongSupplier clockNanos) {
        SortedMap<Integer, Duration> times = new TreeMap<>();
        for (int rows : SIZES) {
            if (rows <= maxRows) {
                times.put(rows, fastest(graph, artifact, inputs, rows, clockNanos));
            }
        }
        return new Calibration(times);
    }

    /** Warms the graph up at the one size that it will be called with, and times it. */
    static Calibration measureFixed(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int rows, LongSupplier clockNanos) {
        return new Calibration(new TreeMap<>(Map.of(rows, fastest(graph, artifact, inputs, rows, clockNanos))));
    }

    private static Duration fastest(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int rows, LongSupplier clockNanos) {
        graph.run(inputs.of(artifact, rows));
        long least = Long.MAX_VALUE;
        for (int i = 0; i < REPEATS; i++) {
            long start = clockNanos.getAsLong();
            graph.run(inputs.of(artifact, rows));
            least = Math.min(least, clockNanos.getAsLong() - start);
        }
        return Duration.ofNanos(least);
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
