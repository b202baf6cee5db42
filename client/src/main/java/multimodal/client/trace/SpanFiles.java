package multimodal.client.trace;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files into which the services write their spans, one JSON object a line, with the names of OTLP.
 *
 * @param directory holds them; each ends in {@value #SUFFIX}
 */
public record SpanFiles(Path directory) {

    /** How the name of a span file ends. */
    public static final String SUFFIX = ".spans.jsonl";

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);
    private static final Duration BETWEEN_READS = Duration.ofMillis(50);

    /**
     * One JSON document of all spans of {@code trace}, the client's and the services', by start time; with them the spans
     * that link to it, which are the batches. Services hand their spans over some time after a call has ended, so this
     * waits, but not long, until each call that leaves a process has its counterpart.
     */
    public String collect(RunTrace trace) throws IOException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        List<JsonObject> spans = read(trace);
        while (!isComplete(spans, trace) && System.nanoTime() < deadline && pause()) {
            spans = read(trace);
        }
        spans.addAll(trace.spans());
        spans.sort(
                Comparator.comparingLong(span -> span.get("startTimeUnixNano").getAsLong()));
        JsonArray array = new JsonArray();
        spans.forEach(array::add);
        JsonObject document = new JsonObject();
        document.addProperty("traceId", trace.traceId());
        document.add("spans", array);
        return new GsonBuilder()
                .setPrettyPrinting()
                .disableHtmlEscaping()
                .create()
                .toJson(document);
    }

    private List<JsonObject> read(RunTrace trace) throws IOException {
        List<JsonObject> spans = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(SUFFIX)).toList()) {
                readFile(file, trace.traceId(), spans);
            }
        }
        return spans;
    }

    private static void readFile(Path file, String traceId, List<JsonObject> spans) throws IOException {
        String text = Files.readString(file);
        // What follows the last line end is a span that a service is just writing.
        text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.contains(traceId))
                .forEach(line -> spans.add(JsonParser.parseString(line).getAsJsonObject()));
    }

    private static boolean isComplete(List<JsonObject> spans, RunTrace trace) {
        Set<String> callers = new HashSet<>(trace.callSpanIds());
        Set<String> answered = new HashSet<>();
        for (JsonObject span : spans) {
            String kind = span.get("kind").getAsString();
            if (kind.equals("CLIENT")) {
                callers.add(span.get("spanId").getAsString());
            }
            JsonElement parent = span.get("parentSpanId");
            if (kind.equals("SERVER") && parent != null) {
                answered.add(parent.getAsString());
            }
        }
        return answered.containsAll(callers);
    }

    private static boolean pause() {
        try {
            Thread.sleep(BETWEEN_READS.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
