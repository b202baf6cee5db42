package multimodal.client.trace;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.StreamSupport;
import multimodal.client.TraceParent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpanFilesTest {

    @TempDir
    Path directory;

    private final RunTrace trace = new RunTrace("fleet demo");

    @Test
    void spansOfTheTraceAreMergedByStartTime() throws IOException {
        TraceParent call = trace.record("TextToImageToText", span -> span);
        write("gateway", span(call.traceId(), "b1", call.spanId(), "SERVER", 20));
        write("image-service", span(call.traceId(), "c1", "b1", "INTERNAL", 10));
        assertThat(names(collect())).containsExactly("c1", "b1", "fleet demo", "TextToImageToText");
    }

    @Test
    void otherTracesStayOutButBatchesThatLinkToTheRunComeIn() throws IOException {
        TraceParent call = trace.record("Classify", span -> span);
        write("gateway", span(call.traceId(), "b1", call.spanId(), "SERVER", 20));
        write("clip-service", span("f".repeat(32), "e1", "e0", "INTERNAL", 30));
        write(
                "clip-service",
                "{\"traceId\":\"%s\",\"spanId\":\"d1\",\"name\":\"batch\",\"kind\":\"INTERNAL\",\"startTimeUnixNano\":40,\"links\":[{\"traceId\":\"%s\"}]}"
                        .formatted("f".repeat(32), call.traceId()));
        assertThat(names(collect())).containsExactly("b1", "batch", "fleet demo", "Classify");
    }

    @Test
    void aLineThatIsJustBeingWrittenIsNotRead() throws IOException {
        TraceParent call = trace.record("Classify", span -> span);
        write("gateway", span(call.traceId(), "b1", call.spanId(), "SERVER", 20));
        Files.writeString(
                directory.resolve("gateway" + SpanFiles.SUFFIX),
                "{\"traceId\":\"" + call.traceId(),
                StandardOpenOption.APPEND);
        assertThat(names(collect())).containsExactly("b1", "fleet demo", "Classify");
    }

    @Test
    void nanosecondsKeepEveryDigit() throws IOException {
        TraceParent call = trace.record("Classify", span -> span);
        write("gateway", span(call.traceId(), "b1", call.spanId(), "SERVER", 1764025200123456789L));
        assertThat(collect()).contains("1764025200123456789");
    }

    @Test
    void theClientsCallsStandBelowItsRoot() throws IOException {
        TraceParent call = trace.record("Classify", span -> span);
        write("gateway", span(call.traceId(), "b1", call.spanId(), "SERVER", 20));
        List<JsonObject> spans = spans(collect());
        assertThat(spans.get(2).get("parentSpanId")).isEqualTo(spans.get(1).get("spanId"));
        assertThat(spans.get(2).get("spanId").getAsString()).isEqualTo(call.spanId());
    }

    private String collect() throws IOException {
        return new SpanFiles(directory).collect(trace);
    }

    private static List<JsonObject> spans(String document) {
        Iterable<JsonElement> spans =
                JsonParser.parseString(document).getAsJsonObject().getAsJsonArray("spans");
        return StreamSupport.stream(spans.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<String> names(String document) {
        return spans(document).stream()
                .map(span -> span.get("name").getAsString())
                .toList();
    }

    private void write(String service, String line) throws IOException {
        Files.writeString(
                directory.resolve(service + SpanFiles.SUFFIX),
                line + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    private static String span(String traceId, String id, String parent, String kind, long start) {
        return "{\"traceId\":\"%s\",\"spanId\":\"%s\",\"parentSpanId\":\"%s\",\"name\":\"%s\",\"kind\":\"%s\",\"startTimeUnixNano\":%d}"
                .formatted(traceId, id, parent, id, kind, start);
    }
}
