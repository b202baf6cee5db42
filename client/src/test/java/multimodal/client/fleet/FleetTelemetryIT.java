package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.fleet.OtlpReceiver.ReceivedSpan;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a fleet that loads its models on demand tells of its first workflow: to the caller, and to a collector. */
class FleetTelemetryIT {

    private static final String WORKFLOW = "gateway multimodal.gateway.v1.WorkflowService/TextToImageToText";
    private static final String GENERATE = "multimodal.image.v1.ImageService/GenerateImage";
    private static final String CAPTION = "multimodal.clip.v1.VisionLanguageService/CaptionImage";
    private static final String CONTINUE = "multimodal.clip.v1.VisionLanguageService/ContinueText";

    /** Every parent and child of the workflow's trace. */
    private static final Set<String> EDGES = Set.of(
            "caller > " + WORKFLOW,
            WORKFLOW + " > gateway " + GENERATE,
            WORKFLOW + " > gateway " + CAPTION,
            WORKFLOW + " > gateway " + CONTINUE,
            "gateway " + GENERATE + " > image-service " + GENERATE,
            "gateway " + CAPTION + " > clip-service " + CAPTION,
            "gateway " + CONTINUE + " > clip-service " + CONTINUE,
            "image-service " + GENERATE + " > image-service queue",
            "image-service " + GENERATE + " > image-service batch",
            "image-service " + GENERATE + " > image-service engine",
            "clip-service " + CAPTION + " > clip-service queue",
            "clip-service " + CAPTION + " > clip-service batch",
            "clip-service " + CAPTION + " > clip-service engine",
            "clip-service " + CONTINUE + " > clip-service queue",
            "clip-service " + CONTINUE + " > clip-service batch",
            "clip-service " + CONTINUE + " > clip-service engine");

    private static final Set<String> METRICS = Set.of(
            "image-service inference.engine.time",
            "image-service inference.model.loads",
            "clip-service inference.batch.rows",
            "gateway jvm.memory.used");

    private static final List<WorkflowEvent> EVENTS = new ArrayList<>();
    private static List<ReceivedSpan> spans;
    private static Set<String> metrics;
    private static TraceParent caller;

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException, InterruptedException {
        caller = TraceParent.newTrace();
        try (OtlpReceiver receiver = new OtlpReceiver();
                RunningFleet fleet = RunningFleet.start(directory, environment(receiver));
                FleetClient client = FleetClient.connect(fleet.gateway(), Duration.ofMinutes(5))) {
            TextToImageToTextRequest request = TextToImageToTextRequest.newBuilder()
                    .setPrompt("a cat in the snow")
                    .setGenerateImage(GenerateImageRequest.newBuilder().setSteps(3))
                    .build();
            client.textToImageToText(request, caller, EVENTS::add);
            spans = receiver.awaitSpans(all -> edges(all).containsAll(EDGES));
            metrics = receiver.awaitMetrics(METRICS);
        }
    }

    private static Map<String, String> environment(OtlpReceiver receiver) {
        return Map.of(
                "INFERENCE_LIFECYCLE_LOAD_AT_START", "false",
                "FLEET_TRACING_EXPORTER", "otlp-grpc",
                "FLEET_TRACING_ENDPOINT", receiver.tracesEndpoint(),
                "QUARKUS_OTEL_BSP_SCHEDULE_DELAY", "100ms",
                "FLEET_METRICS_EXPORTER", "otlp",
                "FLEET_METRICS_ENDPOINT", receiver.metricsEndpoint(),
                "FLEET_METRICS_INTERVAL", "2S");
    }

    @Test
    void everySpanHasItsParentFromTheCallerToTheEngine() {
        assertThat(edges(spans)).isEqualTo(new TreeSet<>(EDGES));
    }

    @Test
    void aBatchIsATraceOfItsOwnThatLinksToItsRequests() {
        Map<ByteString, ReceivedSpan> byId = byId();
        Set<String> requests = new TreeSet<>();
        for (ReceivedSpan batch : batches()) {
            assertThat(batch.span().getParentSpanId().isEmpty()).isTrue();
            assertThat(batch.span().getLinksList()).isNotEmpty();
            batch.span().getLinksList().forEach(link -> requests.add(label(byId.get(link.getSpanId()))));
        }
        assertThat(requests)
                .containsExactlyInAnyOrder(
                        "image-service " + GENERATE, "clip-service " + CAPTION, "clip-service " + CONTINUE);
    }

    @Test
    void theEngineCallsOfARequestLinkToTheirBatches() {
        Map<ByteString, ReceivedSpan> byId = byId();
        List<ReceivedSpan> calls =
                inTrace().filter(span -> span.span().getName().equals("engine")).toList();
        assertThat(calls).isNotEmpty().allSatisfy(call -> {
            assertThat(call.span().getLinksList()).hasSize(1);
            assertThat(batches()).contains(byId.get(call.span().getLinks(0).getSpanId()));
        });
    }

    @Test
    void aBatchHoldsItsEngineCall() {
        assertThat(batches()).isNotEmpty().allSatisfy(batch -> assertThat(spans)
                .filteredOn(span ->
                        span.span().getParentSpanId().equals(batch.span().getSpanId()))
                .singleElement()
                .matches(span -> span.span().getName().equals("engine")));
    }

    @Test
    void whatAModelDoesNamesTheModel() {
        Set<String> stages = Set.of("queue", "batch", "engine");
        assertThat(spans.stream()
                        .filter(span -> stages.contains(span.span().getName()))
                        .map(span -> attribute(span.span(), "gen_ai.request.model"))
                        .distinct())
                .containsExactlyInAnyOrder("sticker-diffusion/1", "sticker-caption/1", "micro-text/1");
    }

    @Test
    void requestsSayWhatTheyAskOfWhichModel() {
        assertThat(inTrace()
                        .filter(span ->
                                !attribute(span.span(), "gen_ai.operation.name").isEmpty())
                        .map(span -> Stream.of(
                                        "gen_ai.operation.name",
                                        "gen_ai.output.type",
                                        "gen_ai.provider.name",
                                        "gen_ai.request.model",
                                        "gen_ai.response.model")
                                .map(name -> attribute(span.span(), name))
                                .collect(Collectors.joining(" ", label(span) + ": ", ""))))
                .containsExactlyInAnyOrder(
                        "image-service " + GENERATE
                                + ": generate_content image multimodal_fleet sticker-diffusion sticker-diffusion/1",
                        "clip-service " + CAPTION
                                + ": generate_content text multimodal_fleet sticker-caption sticker-caption/1",
                        "clip-service " + CONTINUE + ": text_completion text multimodal_fleet micro-text micro-text/1");
    }

    @Test
    void probesLeaveNoSpans() {
        assertThat(spans).noneMatch(span -> span.span().getName().startsWith("grpc."));
    }

    @Test
    void metricsComeToo() {
        assertThat(metrics).containsAll(METRICS);
    }

    @Test
    void theCallerIsToldOfEachModelThatIsLoadedForTheCall() {
        assertThat(EVENTS.stream()
                        .filter(WorkflowEvent::hasNodeLoading)
                        .map(WorkflowEvent::getNodeLoading)
                        .map(loading ->
                                loading.getNode() + " " + loading.getModel().getName()))
                .containsExactly(
                        "generate_image sticker-diffusion",
                        "caption_image sticker-caption",
                        "continue_text micro-text");
    }

    /** Each parent and child of the caller's trace, both as service and name. */
    private static Set<String> edges(List<ReceivedSpan> all) {
        Map<ByteString, String> labels =
                all.stream().collect(Collectors.toMap(span -> span.span().getSpanId(), FleetTelemetryIT::label));
        labels.put(id(caller.spanId()), "caller");
        return all.stream()
                .filter(span -> span.span().getTraceId().equals(id(caller.traceId())))
                .map(span -> labels.get(span.span().getParentSpanId()) + " > " + label(span))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<ReceivedSpan> inTrace() {
        return spans.stream().filter(span -> span.span().getTraceId().equals(id(caller.traceId())));
    }

    /** The batches, as traces of their own. */
    private static List<ReceivedSpan> batches() {
        return spans.stream()
                .filter(span -> span.span().getName().equals("batch"))
                .filter(span -> !span.span().getTraceId().equals(id(caller.traceId())))
                .toList();
    }

    private static Map<ByteString, ReceivedSpan> byId() {
        return spans.stream().collect(Collectors.toMap(span -> span.span().getSpanId(), Function.identity()));
    }

    private static String label(ReceivedSpan span) {
        return span.service() + " " + span.span().getName();
    }

    private static String attribute(Span span, String name) {
        return OtlpReceiver.text(span.getAttributesList(), name);
    }

    private static ByteString id(String hexadecimal) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hexadecimal));
    }
}
