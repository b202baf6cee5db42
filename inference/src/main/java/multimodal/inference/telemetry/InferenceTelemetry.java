package multimodal.inference.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Clock;
import java.util.List;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.lifecycle.ModelListener;

/** Spans and metrics of this library. Nothing here depends on it; it listens. */
public final class InferenceTelemetry {

    private static final String SCOPE = "multimodal.inference";

    private final InferenceMetrics metrics;
    private final BatchSpans spans;

    /** Telemetry that writes to the process's meters and tracer; either may be a no-op. */
    public InferenceTelemetry(OpenTelemetry openTelemetry, MeterRegistry meters) {
        this.metrics = new InferenceMetrics(meters);
        this.spans = new BatchSpans(openTelemetry.getTracer(SCOPE), Clock.systemUTC());
    }

    public BatchListener batches() {
        return BatchListener.all(List.of(metrics, spans));
    }

    public AdmissionListener admission() {
        return metrics;
    }

    public ModelListener models() {
        return metrics;
    }
}
