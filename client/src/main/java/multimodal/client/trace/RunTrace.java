package multimodal.client.trace;

import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import multimodal.client.TraceParent;

/** The client's own spans of one trace: a root, and one beneath it for each call. Not thread-safe. */
public final class RunTrace {

    private final TraceParent root = TraceParent.newTrace();
    private final String name;
    private final Instant start = Instant.now();
    private final List<JsonObject> calls = new ArrayList<>();

    /** Begins a trace whose root span is called {@code name}. */
    public RunTrace(String name) {
        this.name = name;
    }

    /** Makes {@code call} within a new span called {@code callName}. */
    public <T> T record(String callName, Function<TraceParent, T> call) {
        TraceParent span = root.newSpan();
        Instant callStart = Instant.now();
        String status = "ERROR";
        try {
            T result = call.apply(span);
            status = "OK";
            return result;
        } finally {
            JsonObject json = json(span, callName, "CLIENT", status, callStart);
            json.addProperty("parentSpanId", root.spanId());
            calls.add(json);
        }
    }

    String traceId() {
        return root.traceId();
    }

    /** The root, ended now, and the calls so far, as the services write theirs. */
    List<JsonObject> spans() {
        List<JsonObject> spans = new ArrayList<>(calls);
        spans.add(0, json(root, name, "INTERNAL", "OK", start));
        return spans;
    }

    Set<String> callSpanIds() {
        return calls.stream().map(call -> call.get("spanId").getAsString()).collect(Collectors.toSet());
    }

    private static JsonObject json(TraceParent span, String name, String kind, String status, Instant start) {
        JsonObject json = new JsonObject();
        json.addProperty("traceId", span.traceId());
        json.addProperty("spanId", span.spanId());
        json.addProperty("name", name);
        json.addProperty("kind", kind);
        json.addProperty("service", "client");
        json.addProperty("startTimeUnixNano", unixNano(start));
        json.addProperty("endTimeUnixNano", unixNano(Instant.now()));
        json.addProperty("status", status);
        return json;
    }

    private static long unixNano(Instant instant) {
        return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
    }
}
