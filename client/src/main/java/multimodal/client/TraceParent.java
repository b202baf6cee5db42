package multimodal.client;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The place of a call in a trace, as W3C Trace Context writes it.
 *
 * @param traceId 32 hexadecimal digits, not all zero
 * @param spanId the calling span, 16 hexadecimal digits, not all zero
 */
public record TraceParent(String traceId, String spanId) {

    /** The root of a new trace. */
    public static TraceParent newTrace() {
        return new TraceParent(randomHex() + randomHex(), randomHex());
    }

    /** A new span of the same trace. */
    public TraceParent newSpan() {
        return new TraceParent(traceId, randomHex());
    }

    /** The value of the header {@code traceparent}; the trace is sampled. */
    public String header() {
        return "00-" + traceId + "-" + spanId + "-01";
    }

    private static String randomHex() {
        return "%016x".formatted(ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE));
    }
}
