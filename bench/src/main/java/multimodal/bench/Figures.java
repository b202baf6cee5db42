package multimodal.bench;

import java.util.List;
import java.util.Locale;

/**
 * What a load showed.
 *
 * @param requests answered
 * @param seconds from the first request to the last answer
 * @param p50Millis latency that half of the requests do not exceed
 * @param p99Millis latency that 99 of 100 requests do not exceed
 */
record Figures(int requests, double seconds, double p50Millis, double p99Millis) {

    static Figures of(List<Long> latencyNanos, long nanos) {
        List<Long> sorted = latencyNanos.stream().sorted().toList();
        return new Figures(sorted.size(), nanos / 1e9, millis(sorted, 0.50), millis(sorted, 0.99));
    }

    /** One line of JSON. */
    String toJson() {
        return String.format(
                Locale.ROOT,
                "{\"requests\": %d, \"seconds\": %.3f, \"per_second\": %.3f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}",
                requests,
                seconds,
                requests / seconds,
                p50Millis,
                p99Millis);
    }

    private static double millis(List<Long> sorted, double share) {
        if (sorted.isEmpty()) {
            return 0;
        }
        int index = (int) Math.ceil(share * sorted.size()) - 1;
        return sorted.get(Math.max(0, index)) / 1e6;
    }
}
