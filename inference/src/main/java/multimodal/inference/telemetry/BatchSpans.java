package multimodal.inference.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchEvent.Member;
import multimodal.inference.batching.BatchListener;

/**
 * Writes a batch into the traces of its members: a {@code batch} span of its own trace that links to every member, with an
 * {@code engine} span inside; and in each member's trace a {@code queue} span for the wait ({@code batch} for the later steps
 * of a loop) and an {@code engine} span that links to the batch. Names and times are those of {@code StageTimings}.
 */
final class BatchSpans implements BatchListener {

    private static final AttributeKey<String> MODEL = AttributeKey.stringKey("gen_ai.request.model");
    private static final AttributeKey<String> ARTIFACT = AttributeKey.stringKey("inference.artifact");
    private static final AttributeKey<String> PHASE = AttributeKey.stringKey("inference.phase");
    private static final AttributeKey<Long> BATCH_ROWS = AttributeKey.longKey("inference.batch.rows");
    private static final AttributeKey<Long> PADDING_ROWS = AttributeKey.longKey("inference.batch.padding_rows");
    private static final AttributeKey<Long> OWN_ROWS = AttributeKey.longKey("inference.rows");

    private final Tracer tracer;
    private final Clock clock;

    BatchSpans(Tracer tracer, Clock clock) {
        this.tracer = tracer;
        this.clock = clock;
    }

    /** A batch whose members nobody traces leaves no spans. */
    @Override
    public void finished(BatchEvent batch, Duration engine, Optional<Throwable> failure) {
        List<Member> traced =
                batch.members().stream().filter(BatchSpans::isTraced).toList();
        if (traced.isEmpty()) {
            return;
        }
        Instant end = clock.instant();
        Instant start = end.minus(engine);
        SpanContext batchSpan = writeBatch(batch, traced, start, end, failure);
        for (Member member : traced) {
            writeMember(batch, member, batchSpan, start, end, failure);
        }
    }

    private static boolean isTraced(Member member) {
        return request(member).isSampled();
    }

    private static SpanContext request(Member member) {
        return Span.fromContext(member.context().trace()).getSpanContext();
    }

    private SpanContext writeBatch(
            BatchEvent batch, List<Member> traced, Instant start, Instant end, Optional<Throwable> failure) {
        SpanBuilder builder = builder("batch", batch, Context.root(), start)
                .setAttribute(BATCH_ROWS, (long) batch.rows())
                .setAttribute(PADDING_ROWS, (long) batch.padding());
        traced.forEach(member -> builder.addLink(request(member)));
        Span span = builder.startSpan();
        end(builder("engine", batch, Context.root().with(span), start).startSpan(), end, failure);
        end(span, end, failure);
        return span.getSpanContext();
    }

    private void writeMember(
            BatchEvent batch,
            Member member,
            SpanContext batchSpan,
            Instant start,
            Instant end,
            Optional<Throwable> failure) {
        Context request = member.context().trace();
        String wait = member.isFirst() ? "queue" : "batch";
        end(builder(wait, batch, request, start.minus(member.waited())).startSpan(), start, Optional.empty());
        Span engine = builder("engine", batch, request, start)
                .addLink(batchSpan)
                .setAttribute(BATCH_ROWS, (long) batch.rows())
                .setAttribute(OWN_ROWS, (long) member.rows())
                .startSpan();
        end(engine, end, failure);
    }

    private SpanBuilder builder(String name, BatchEvent batch, Context parent, Instant start) {
        return tracer.spanBuilder(name)
                .setParent(parent)
                .setStartTimestamp(start)
                .setAttribute(MODEL, batch.key().model().toString())
                .setAttribute(ARTIFACT, batch.key().artifact())
                .setAttribute(PHASE, batch.phase().name().toLowerCase(Locale.ROOT));
    }

    private static void end(Span span, Instant end, Optional<Throwable> failure) {
        failure.ifPresent(cause -> span.setStatus(StatusCode.ERROR).recordException(cause));
        span.end(end);
    }
}
