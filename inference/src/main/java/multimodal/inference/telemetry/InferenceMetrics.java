package multimodal.inference.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchKey;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.BatchPolicy;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.lifecycle.ModelEvent;
import multimodal.inference.lifecycle.ModelListener;
import multimodal.inference.lifecycle.ModelState;
import multimodal.inference.repository.ModelId;

/** Counts and times what batchers, doors and the registry do, under the names of {@link MetricNames}. */
final class InferenceMetrics implements BatchListener, AdmissionListener, ModelListener {

    private final MeterRegistry meters;
    /** Gauges are read when they are scraped; a meter is known by its name and tags. */
    private final Map<String, AtomicLong> gauges = new ConcurrentHashMap<>();

    InferenceMetrics(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void calibrated(BatchKey key, SortedMap<Integer, Duration> callTimes, BatchPolicy policy) {
        gauge(MetricNames.BATCH_LIMIT, tags(key)).set(policy.maxRows());
        gauge(MetricNames.BATCH_CALLS, tags(key)).set(policy.callsAtOnce());
        callTimes.forEach(
                (rows, time) -> time(MetricNames.CALIBRATION_TIME, tags(key).and(MetricNames.ROWS, "" + rows))
                        .set(time.toNanos()));
    }

    @Override
    public void queued(BatchKey key, int rows) {
        gauge(MetricNames.QUEUE_DEPTH, tags(key)).addAndGet(rows);
    }

    @Override
    public void left(BatchKey key, int rows) {
        gauge(MetricNames.QUEUE_DEPTH, tags(key)).addAndGet(-rows);
    }

    @Override
    public void formed(BatchEvent batch) {
        meters.summary(MetricNames.BATCH_ROWS, tags(batch)).record(batch.rows());
        for (BatchEvent.Member member : batch.members()) {
            String name = member.isFirst() ? MetricNames.QUEUE_TIME : MetricNames.BATCH_TIME;
            meters.timer(name, tags(batch.key())).record(member.waited());
        }
        int orphaned = batch.members().stream()
                .filter(member -> !member.isLive())
                .mapToInt(BatchEvent.Member::rows)
                .sum();
        meters.counter(MetricNames.ORPHANED_ROWS, tags(batch.key())).increment(orphaned);
    }

    @Override
    public void finished(BatchEvent batch, Duration engine, Optional<Throwable> failure) {
        String outcome = failure.isPresent() ? "failed" : "ok";
        meters.timer(MetricNames.ENGINE_TIME, tags(batch).and(MetricNames.OUTCOME, outcome))
                .record(engine);
        meters.counter(MetricNames.ENGINE_ROWS, tags(batch)).increment(batch.rows());
    }

    @Override
    public void refused(BatchKey key, ErrorKind reason) {
        refused(key.model(), reason);
    }

    @Override
    public void admitted(ModelId model, long cost) {
        gauge(MetricNames.ADMITTED_COST, tags(model)).addAndGet(cost);
        gauge(MetricNames.ADMITTED_REQUESTS, tags(model)).incrementAndGet();
    }

    @Override
    public void released(ModelId model, long cost) {
        gauge(MetricNames.ADMITTED_COST, tags(model)).addAndGet(-cost);
        gauge(MetricNames.ADMITTED_REQUESTS, tags(model)).decrementAndGet();
    }

    @Override
    public void firstOutput(ModelId model, FirstOutput kind, Duration sinceAdmission) {
        String name =
                switch (kind) {
                    case PREVIEW -> MetricNames.FIRST_PREVIEW_TIME;
                    case TOKEN -> MetricNames.FIRST_TOKEN_TIME;
                };
        meters.timer(name, tags(model)).record(sinceAdmission);
    }

    @Override
    public void refused(ModelId model, ErrorKind reason) {
        meters.counter(MetricNames.REFUSALS, tags(model).and(MetricNames.REASON, lower(reason)))
                .increment();
    }

    @Override
    public void changed(ModelEvent event) {
        for (ModelState state : ModelState.values()) {
            gauge(MetricNames.MODEL_STATE, tags(event.model()).and(MetricNames.STATE, lower(state)))
                    .set(state == event.state() ? 1 : 0);
        }
        switch (event.state()) {
            case READY -> countLoad(event.model(), "ok");
            case FAILED -> countLoad(event.model(), "failed");
            default -> {}
        }
    }

    private void countLoad(ModelId model, String outcome) {
        meters.counter(MetricNames.MODEL_LOADS, tags(model).and(MetricNames.OUTCOME, outcome))
                .increment();
    }

    private AtomicLong gauge(String name, Tags tags) {
        // The value of rows may pass below zero for a moment: they can leave before their arrival is told.
        return gauges.computeIfAbsent(name + tags, key -> {
            AtomicLong value = new AtomicLong();
            meters.gauge(name, tags, value, number -> Math.max(0, number.get()));
            return value;
        });
    }

    /** A gauge of nanoseconds, which reads as seconds. */
    private AtomicLong time(String name, Tags tags) {
        return gauges.computeIfAbsent(name + tags, key -> {
            AtomicLong nanos = new AtomicLong();
            TimeGauge.builder(name, nanos, TimeUnit.NANOSECONDS, AtomicLong::get)
                    .tags(tags)
                    .register(meters);
            return nanos;
        });
    }

    private static Tags tags(BatchEvent batch) {
        return tags(batch.key()).and(MetricNames.PHASE, lower(batch.phase()));
    }

    private static Tags tags(BatchKey key) {
        return tags(key.model()).and(MetricNames.ARTIFACT, key.artifact());
    }

    private static Tags tags(ModelId model) {
        return Tags.of(MetricNames.MODEL, model.toString());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
