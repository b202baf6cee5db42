package multimodal.inference.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchEvent.Member;
import multimodal.inference.batching.BatchKey;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.BatchPolicy;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.lifecycle.ModelEvent;
import multimodal.inference.lifecycle.ModelState;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.Test;

class InferenceTelemetryTest {

    private static final ModelId MODEL = new ModelId("toy", "1");
    private static final BatchKey KEY = new BatchKey(MODEL, "adder");
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");

    private final List<SpanData> spans = new ArrayList<>();
    private final Tracer tracer = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(new Collector()))
            .build()
            .get("test");
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final InferenceTelemetry telemetry = new InferenceTelemetry(OpenTelemetry.noop(), meters);

    @Test
    void everyMemberGetsQueueAndEngineInItsOwnTraceAndTheBatchLinksToAll() {
        Span first = tracer.spanBuilder("first").startSpan();
        Span second = tracer.spanBuilder("second").startSpan();
        BatchEvent batch = new BatchEvent(
                KEY,
                Phase.SINGLE_SHOT,
                List.of(
                        new Member(context(first), 2, true, Duration.ofSeconds(1), true),
                        new Member(context(second), 1, true, Duration.ofSeconds(2), true),
                        new Member(RequestContext.detached(), 1, true, Duration.ZERO, true)),
                0);
        new BatchSpans(tracer, Clock.fixed(NOW, ZoneOffset.UTC))
                .finished(batch, Duration.ofSeconds(3), Optional.empty());

        SpanData whole = only("batch");
        assertThat(whole.getParentSpanContext().isValid()).isFalse();
        assertThat(whole.getLinks())
                .extracting(LinkData::getSpanContext)
                .containsExactly(first.getSpanContext(), second.getSpanContext());
        assertThat(whole.getAttributes().get(AttributeKey.longKey("inference.batch.rows")))
                .isEqualTo(4);
        assertThat(childrenOf(whole.getSpanContext()))
                .extracting(SpanData::getName)
                .containsExactly("engine");
        for (Span request : List.of(first, second)) {
            List<SpanData> children = childrenOf(request.getSpanContext());
            assertThat(children).extracting(SpanData::getName).containsExactly("queue", "engine");
            assertThat(children.get(1).getLinks())
                    .extracting(LinkData::getSpanContext)
                    .containsExactly(whole.getSpanContext());
        }
    }

    @Test
    void aBatchThatNobodyTracesLeavesNoSpans() {
        Span untraced = Span.wrap(SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "00f067aa0ba902b7",
                TraceFlags.getDefault(),
                TraceState.getDefault()));
        BatchEvent batch = new BatchEvent(
                KEY,
                Phase.SINGLE_SHOT,
                List.of(
                        new Member(context(untraced), 1, true, Duration.ZERO, true),
                        new Member(RequestContext.detached(), 1, true, Duration.ZERO, true)),
                0);
        new BatchSpans(tracer, Clock.fixed(NOW, ZoneOffset.UTC))
                .finished(batch, Duration.ofSeconds(3), Optional.empty());

        assertThat(spans).isEmpty();
    }

    @Test
    void spansStandWhereTheTimeWent() {
        Span request = tracer.spanBuilder("request").startSpan();
        BatchEvent batch = new BatchEvent(
                KEY,
                Phase.SINGLE_SHOT,
                List.of(new Member(context(request), 1, false, Duration.ofSeconds(2), true)),
                3);
        new BatchSpans(tracer, Clock.fixed(NOW, ZoneOffset.UTC))
                .finished(batch, Duration.ofSeconds(3), Optional.empty());

        List<SpanData> children = childrenOf(request.getSpanContext());
        assertThat(children).extracting(SpanData::getName).containsExactly("batch", "engine");
        assertThat(seconds(children.get(0))).containsExactly(5, 7);
        assertThat(seconds(children.get(1))).containsExactly(7, 10);
    }

    @Test
    void failureMarksTheSpans() {
        Span request = tracer.spanBuilder("request").startSpan();
        BatchEvent batch = new BatchEvent(
                KEY, Phase.SINGLE_SHOT, List.of(new Member(context(request), 1, false, Duration.ZERO, true)), 0);
        new BatchSpans(tracer, Clock.fixed(NOW, ZoneOffset.UTC))
                .finished(batch, Duration.ofSeconds(1), Optional.of(new IllegalStateException("broken")));

        assertThat(only("batch").getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(childrenOf(request.getSpanContext()).get(1).getStatus().getStatusCode())
                .isEqualTo(StatusCode.ERROR);
    }

    @Test
    void rowsOfCallersWhoHaveGoneAreCountedAsWorkForNobody() {
        RequestContext gone = new RequestContext("", OptionalLong.empty(), () -> true, Context.root());
        BatchEvent batch = new BatchEvent(
                KEY,
                Phase.SINGLE_SHOT,
                List.of(
                        new Member(gone, 3, false, Duration.ZERO, false),
                        new Member(RequestContext.detached(), 2, false, Duration.ZERO, true)),
                0);
        telemetry.batches().formed(batch);

        assertThat(meters.get(MetricNames.ORPHANED_ROWS).counter().count()).isEqualTo(3);
    }

    @Test
    void calibrationIsTold() {
        BatchPolicy policy = new BatchPolicy(16, false, Duration.ZERO, Duration.ZERO, 100, 2);
        telemetry
                .batches()
                .calibrated(KEY, new TreeMap<>(Map.of(1, Duration.ofMillis(10), 4, Duration.ofMillis(25))), policy);

        assertThat(meters.get(MetricNames.BATCH_LIMIT).gauge().value()).isEqualTo(16);
        assertThat(meters.get(MetricNames.BATCH_CALLS).gauge().value()).isEqualTo(2);
        assertThat(meters.get(MetricNames.CALIBRATION_TIME)
                        .tag("rows", "4")
                        .timeGauge()
                        .value(TimeUnit.MILLISECONDS))
                .isEqualTo(25);
    }

    @Test
    void batchesAreCountedAndTimed() {
        BatchListener listener = telemetry.batches();
        BatchEvent batch = new BatchEvent(
                KEY,
                Phase.SINGLE_SHOT,
                List.of(new Member(RequestContext.detached(), 3, true, Duration.ofMillis(20), true)),
                1);
        listener.queued(KEY, 5);
        listener.left(KEY, 3);
        listener.formed(batch);
        listener.finished(batch, Duration.ofMillis(40), Optional.empty());
        listener.refused(KEY, ErrorKind.CANCELLED);

        assertThat(meters.get(MetricNames.QUEUE_DEPTH)
                        .tag("artifact", "adder")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(meters.get(MetricNames.BATCH_ROWS).summary().totalAmount()).isEqualTo(3);
        assertThat(meters.get(MetricNames.QUEUE_TIME).timer().mean(TimeUnit.MILLISECONDS))
                .isEqualTo(20);
        assertThat(meters.get(MetricNames.ENGINE_TIME)
                        .tag("outcome", "ok")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get(MetricNames.ENGINE_ROWS).counter().count()).isEqualTo(3);
        assertThat(meters.get(MetricNames.REFUSALS)
                        .tag("reason", "cancelled")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void depthNeverShowsBelowZero() {
        telemetry.batches().left(KEY, 1);
        assertThat(meters.get(MetricNames.QUEUE_DEPTH).gauge().value()).isZero();
        telemetry.batches().queued(KEY, 1);
        assertThat(meters.get(MetricNames.QUEUE_DEPTH).gauge().value()).isZero();
    }

    @Test
    void doorAndStateAreGauges() {
        telemetry.admission().admitted(MODEL, 60);
        telemetry.admission().admitted(MODEL, 30);
        telemetry.admission().released(MODEL, 60);
        telemetry.admission().refused(MODEL, ErrorKind.OVERLOADED);
        telemetry.models().changed(new ModelEvent(MODEL, "adding", ModelState.READY));

        assertThat(meters.get(MetricNames.ADMITTED_COST).gauge().value()).isEqualTo(30);
        assertThat(meters.get(MetricNames.ADMITTED_REQUESTS).gauge().value()).isEqualTo(1);
        assertThat(meters.get(MetricNames.REFUSALS)
                        .tag("reason", "overloaded")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get(MetricNames.MODEL_STATE)
                        .tag("state", "ready")
                        .gauge()
                        .value())
                .isEqualTo(1);
        assertThat(meters.get(MetricNames.MODEL_STATE)
                        .tag("state", "loading")
                        .gauge()
                        .value())
                .isZero();
    }

    @Test
    void theTimesToTheFirstPreviewAndTheFirstTokenAreMeasured() {
        telemetry.admission().firstOutput(MODEL, FirstOutput.PREVIEW, Duration.ofSeconds(3));
        telemetry.admission().firstOutput(MODEL, FirstOutput.TOKEN, Duration.ofSeconds(2));
        assertThat(meters.get(MetricNames.FIRST_TOKEN_TIME)
                        .tag("model", "toy/1")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(2);
        assertThat(meters.get(MetricNames.FIRST_PREVIEW_TIME)
                        .tag("model", "toy/1")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    private SpanData only(String name) {
        return spans.stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<SpanData> childrenOf(SpanContext parent) {
        return spans.stream()
                .filter(span -> span.getParentSpanContext().getSpanId().equals(parent.getSpanId()))
                .toList();
    }

    private static List<Integer> seconds(SpanData span) {
        return List.of((int) (span.getStartEpochNanos() / 1_000_000_000 % 60), (int)
                (span.getEndEpochNanos() / 1_000_000_000 % 60));
    }

    private static RequestContext context(Span span) {
        return new RequestContext(
                "", OptionalLong.empty(), () -> false, Context.root().with(span));
    }

    private final class Collector implements SpanExporter {

        @Override
        public CompletableResultCode export(Collection<SpanData> finished) {
            spans.addAll(finished);
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    }
}
