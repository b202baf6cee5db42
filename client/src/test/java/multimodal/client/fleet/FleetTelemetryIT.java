package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.trace.RunTrace;
import multimodal.client.trace.SpanFiles;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One trace from the client's header to the engine. */
@ExtendWith(SharedFleet.class)
class FleetTelemetryIT {

    private static final String TEXT_TO_IMAGE_TO_TEXT = "multimodal.gateway.v1.WorkflowService/TextToImageToText";
    private static final String GENERATE = "multimodal.image.v1.ImageService/GenerateImage";
    private static final String CAPTION = "multimodal.clip.v1.VisionLanguageService/CaptionImage";
    private static final String CONTINUE = "multimodal.clip.v1.VisionLanguageService/ContinueText";

    @Test
    void everySpanHasItsParentFromTheClientToTheEngine(RunningFleet fleet) throws IOException {
        assertThat(edges(trace(fleet)))
                .contains(
                        "client fleet test > client TextToImageToText",
                        "client TextToImageToText > gateway " + TEXT_TO_IMAGE_TO_TEXT,
                        "gateway " + TEXT_TO_IMAGE_TO_TEXT + " > gateway " + GENERATE,
                        "gateway " + TEXT_TO_IMAGE_TO_TEXT + " > gateway " + CAPTION,
                        "gateway " + TEXT_TO_IMAGE_TO_TEXT + " > gateway " + CONTINUE,
                        "gateway " + GENERATE + " > image-service " + GENERATE,
                        "gateway " + CAPTION + " > clip-service " + CAPTION,
                        "gateway " + CONTINUE + " > clip-service " + CONTINUE,
                        "image-service " + GENERATE + " > image-service queue",
                        "image-service " + GENERATE + " > image-service engine",
                        "clip-service " + CAPTION + " > clip-service queue",
                        "clip-service " + CAPTION + " > clip-service engine",
                        "clip-service " + CONTINUE + " > clip-service engine");
    }

    @Test
    void aBatchLinksToTheRequestsInIt(RunningFleet fleet) throws IOException {
        List<JsonObject> spans = trace(fleet);
        Set<String> requests = new TreeSet<>();
        for (JsonObject span : spans) {
            if (text(span, "name").equals("batch")) {
                span.getAsJsonArray("links").forEach(link -> requests.add(text(link.getAsJsonObject(), "spanId")));
            }
        }
        assertThat(spans.stream()
                        .filter(span -> requests.contains(text(span, "spanId")))
                        .map(FleetTelemetryIT::label))
                .contains("image-service " + GENERATE, "clip-service " + CAPTION, "clip-service " + CONTINUE);
    }

    @Test
    void probesLeaveNoSpans(RunningFleet fleet) throws IOException {
        trace(fleet);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(fleet.directory(), "*" + SpanFiles.SUFFIX)) {
            assertThat(StreamSupport.stream(files.spliterator(), false))
                    .hasSize(3)
                    .allSatisfy(
                            file -> assertThat(file).isNotEmptyFile().content().doesNotContain("\"name\":\"grpc."));
        }
    }

    private static List<JsonObject> trace(RunningFleet fleet) throws IOException {
        RunTrace trace = new RunTrace("fleet test");
        try (FleetClient client = FleetClient.connect(fleet.gateway(), Duration.ofMinutes(2))) {
            trace.record("TextToImageToText", span -> run(client, span));
        }
        Iterable<JsonElement> spans = JsonParser.parseString(new SpanFiles(fleet.directory()).collect(trace))
                .getAsJsonObject()
                .getAsJsonArray("spans");
        return StreamSupport.stream(spans.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static boolean run(FleetClient client, TraceParent span) {
        TextToImageToTextRequest request = TextToImageToTextRequest.newBuilder()
                .setPrompt("a cat in the snow")
                .setGenerateImage(GenerateImageRequest.newBuilder().setSteps(2))
                .build();
        client.textToImageToText(request, span, event -> {});
        return true;
    }

    /** Each parent and child, both as service and name. */
    private static Set<String> edges(List<JsonObject> spans) {
        Map<String, JsonObject> byId = new HashMap<>();
        spans.forEach(span -> byId.put(text(span, "spanId"), span));
        Set<String> edges = new TreeSet<>();
        for (JsonObject span : spans) {
            JsonObject parent = span.has("parentSpanId") ? byId.get(text(span, "parentSpanId")) : null;
            if (parent != null) {
                edges.add(label(parent) + " > " + label(span));
            }
        }
        return edges;
    }

    private static String label(JsonObject span) {
        return text(span, "service") + " " + text(span, "name");
    }

    private static String text(JsonObject json, String name) {
        return json.get(name).getAsString();
    }
}
