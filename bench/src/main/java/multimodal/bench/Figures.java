package multimodal.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What a load showed.
 *
 * @param requests answered
 * @param items in all answers
 * @param seconds from the first request to the last answer
 * @param p50Millis latency that half of the requests do not exceed
 * @param p95Millis latency that 95 of 100 requests do not exceed
 * @param p99Millis latency that 99 of 100 requests do not exceed
 * @param serverP50Millis as {@code p50Millis}, of the time that the server says it took
 */
record Figures(
        int requests,
        long items,
        double seconds,
        double p50Millis,
        double p95Millis,
        double p99Millis,
        double serverP50Millis) {

    /**
     * One request.
     *
     * @param latency from the request to its answer
     * @param answer what came back
     */
    record Sample(Duration latency, Load.Answer answer) {}

    static Figures of(List<Sample> samples, Duration elapsed) {
        return new Figures(
                samples.size(),
                samples.stream().mapToLong(sample -> sample.answer().items()).sum(),
                elapsed.toNanos() / 1e9,
                millis(samples, Sample::latency, 0.50),
                millis(samples, Sample::latency, 0.95),
                millis(samples, Sample::latency, 0.99),
                millis(samples, sample -> sample.answer().server(), 0.50));
    }

    /** One line of JSON. */
    String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"requests\": %d, \"items\": %d, \"seconds\": %.3f, \"per_second\": %.3f, \"p50_ms\": %.3f, \"p95_ms\": %.3f,"
                        + " \"p99_ms\": %.3f, \"server_p50_ms\": %.3f}",
                requests,
                items,
                seconds,
                items / seconds,
                p50Millis,
                p95Millis,
                p99Millis,
                serverP50Millis);
    }

    private static double millis(List<Sample> samples, Function<Sample, Duration> time, double share) {
        if (samples.isEmpty()) {
            return 0;
        }
        List<Duration> sorted = samples.stream().map(time).sorted().toList();
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.get(Math.max(0, index)).toNanos() / 1e6;
    }
}
