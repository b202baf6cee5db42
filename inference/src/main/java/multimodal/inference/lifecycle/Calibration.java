package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import multimodal.inference.admission.RowTimes;
import multimodal.inference.engine.Graph;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.tensor.Tensor;

/**
 * How long an artifact takes at each batch size on this device, measured at warm-up.
 *
 * @param times rows to the time of one call, at least for one row
 * @param prompt the longest that the artifact reads, if it reads prompts, in a call of the smallest batch
 */
record Calibration(SortedMap<Integer, Duration> times, Optional<Prompt> prompt) {

    /** A prompt of so many ids, and the time of the call that reads it. */
    record Prompt(int tokens, Duration time) {}

    /** A batch must make a row cheaper by this share to be worth the wait. */
    private static final double LEAST_GAIN = 0.03;

    private static final List<Integer> SIZES = List.of(1, 2, 4);

    private static final int LEAST_ROUNDS = 2;
    private static final int MOST_ROUNDS = 10;
    /** No round begins after this time, beyond the least. */
    private static final long QUICK_NANOS = 250_000_000;
    /** The same while batches seem not to pay: to do without them for good is not decided in haste. */
    private static final long PATIENT_NANOS = 2_000_000_000;
    /** Of a call that reads the longest prompt, the first included: it can take as long as a hundred others. */
    private static final int PROMPT_ROUNDS = 3;
    /** A call that takes longer than this keeps the device busy alone, and a start should not take its time tens of times. */
    private static final long SLOW_NANOS = 5_000_000_000L;

    Calibration {
        times = new TreeMap<>(times);
    }

    /** Of an artifact that reads no prompts. */
    Calibration(SortedMap<Integer, Duration> times) {
        this(times, Optional.empty());
    }

    /** Warms the graph up at 1, 2 and 4 rows as far as {@code maxRows} allows, and times it. */
    static Calibration measure(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int maxRows, LongSupplier clockNanos) {
        List<Integer> sizes = SIZES.stream().filter(rows -> rows <= maxRows).toList();
        return measure(graph, artifact, inputs, sizes, clockNanos);
    }

    /** Warms the graph up at the one size that it will be called with, and times it. */
    static Calibration measureFixed(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, int rows, LongSupplier clockNanos) {
        return measure(graph, artifact, inputs, List.of(rows), clockNanos);
    }

    private static Calibration measure(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, List<Integer> sizes, LongSupplier clockNanos) {
        SortedMap<Integer, Duration> times = times(graph, artifact, inputs, sizes, clockNanos).times;
        return new Calibration(
                times,
                inputs.ofPrompt(artifact, sizes.get(0))
                        .map(call -> new Prompt(inputs.longestText(), promptTime(graph, call, clockNanos))));
    }

    private static Duration promptTime(Graph graph, Map<String, Tensor> call, LongSupplier clockNanos) {
        Duration fastest = Duration.ofNanos(Long.MAX_VALUE);
        for (int round = 0; round < PROMPT_ROUNDS; round++) {
            long start = clockNanos.getAsLong();
            graph.run(call);
            long nanos = clockNanos.getAsLong() - start;
            fastest = fastest.toNanos() < nanos ? fastest : Duration.ofNanos(nanos);
            if (nanos > SLOW_NANOS) {
                break;
            }
        }
        return fastest;
    }

    /** The fastest of some rounds, for other work of the machine only ever makes calls slower. */
    private static Calibration times(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, List<Integer> sizes, LongSupplier clockNanos) {
        // The first call of a size pays for its preparation.
        List<Integer> smallest = sizes.subList(0, 1);
        Calibration first = round(graph, artifact, inputs, smallest, clockNanos);
        if (first.isSlow()) {
            Calibration second = round(graph, artifact, inputs, smallest, clockNanos);
            if (second.isSlow()) {
                return second;
            }
        }
        sizes.stream().skip(1).forEach(rows -> graph.run(inputs.of(artifact, rows)));
        Calibration fastest = new Calibration(new TreeMap<>());
        long begin = clockNanos.getAsLong();
        for (int round = 1; round <= MOST_ROUNDS; round++) {
            fastest = fastest.faster(round(graph, artifact, inputs, sizes, clockNanos));
            boolean isSettled = sizes.size() == 1 || fastest.batchesPay();
            long spent = clockNanos.getAsLong() - begin;
            if (round >= LEAST_ROUNDS && spent > (isSettled ? QUICK_NANOS : PATIENT_NANOS)) {
                break;
            }
        }
        return fastest;
    }

    /**
     * Times as many rows of each size as the largest has: all take about as long, so other work of the machine slows none
     * more than another. (A short call alone often slips through between two slices of that work, a long one never.)
     */
    private static Calibration round(
            Graph graph, ArtifactSpec artifact, WarmUpInputs inputs, List<Integer> sizes, LongSupplier clockNanos) {
        SortedMap<Integer, Duration> times = new TreeMap<>();
        for (int rows : sizes) {
            int calls = sizes.get(sizes.size() - 1) / rows;
            Map<String, Tensor> call = inputs.of(artifact, rows);
            long start = clockNanos.getAsLong();
            for (int i = 0; i < calls; i++) {
                graph.run(call);
            }
            times.put(rows, Duration.ofNanos((clockNanos.getAsLong() - start) / calls));
        }
        return new Calibration(times);
    }

    /** The shorter time of both for each size. */
    private Calibration faster(Calibration other) {
        SortedMap<Integer, Duration> shorter = new TreeMap<>(times);
        other.times.forEach(
                (rows, time) -> shorter.merge(rows, time, (one, two) -> one.compareTo(two) <= 0 ? one : two));
        return new Calibration(shorter);
    }

    private boolean isSlow() {
        return times.get(times.firstKey()).toNanos() > SLOW_NANOS;
    }

    /** {@code maxRows}, or 1 where no measured batch makes a row cheaper. */
    int batchLimit(int maxRows) {
        return batchesPay() ? maxRows : 1;
    }

    private boolean batchesPay() {
        double alone = nanosPerRow(times.firstKey());
        return times.tailMap(2).keySet().stream().anyMatch(rows -> nanosPerRow(rows) < alone * (1 - LEAST_GAIN));
    }

    /** The table as {@link RowTimes}, where calls have at most {@code maxRows} rows. */
    RowTimes rowTimes(int maxRows) {
        return new RowTimes() {
            @Override
            public int maxRows() {
                return maxRows;
            }

            @Override
            public double nanosPerRow(int rows) {
                int inCall = Math.min(rows, maxRows);
                return callNanos(inCall) / inCall;
            }

            @Override
            public double promptUnits(int tokens) {
                return Math.max(
                        1,
                        prompt.map(longest -> tokens * stepsPerToken(longest)).orElse(1.0));
            }
        };
    }

    /**
     * Reading a prompt takes time in proportion to its ids (measured: decision 13), so the longest says what an id takes; a
     * prompt in a call of several rows takes about as long as so many alone.
     */
    private double stepsPerToken(Prompt longest) {
        double step = times.get(times.firstKey()).toNanos();
        return longest.time().toNanos() / step / longest.tokens();
    }

    /** Between two sizes on the straight line; below the least a call takes as long as it; above the greatest rows add up. */
    private double callNanos(int rows) {
        int most = times.lastKey();
        if (rows >= most) {
            return nanosPerRow(most) * rows;
        }
        int upper = times.tailMap(rows).firstKey();
        int lower = times.headMap(rows + 1).isEmpty()
                ? upper
                : times.headMap(rows + 1).lastKey();
        double share = upper == lower ? 0 : (double) (rows - lower) / (upper - lower);
        return times.get(lower).toNanos() * (1 - share) + times.get(upper).toNanos() * share;
    }

    private double nanosPerRow(int rows) {
        return (double) times.get(rows).toNanos() / rows;
    }

    @Override
    public String toString() {
        Stream<String> calls = times.entrySet().stream().map(time -> time.getKey() + ": " + millis(time.getValue()));
        Stream<String> prompts =
                prompt
                        .map(longest -> "a prompt of %d: %s".formatted(longest.tokens(), millis(longest.time())))
                        .stream();
        return Stream.concat(calls, prompts).collect(Collectors.joining(", "));
    }

    private static String millis(Duration time) {
        return "%.1f ms".formatted(time.toNanos() / 1e6);
    }
}
