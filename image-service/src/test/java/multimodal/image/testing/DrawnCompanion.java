package multimodal.image.testing;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.admission.StepTimeEstimate;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelId;
import multimodal.inference.tensor.Tensor;

/** A model of plain arithmetic beside {@link DrawnModel}. Records what it is asked, and what is still in use. Thread-safe. */
public abstract class DrawnCompanion implements ModelHandle {

    private static final long BUDGET = 1_000_000;

    private final List<Map<String, Tensor>> steps = new CopyOnWriteArrayList<>();
    private final List<Long> costs = new CopyOnWriteArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final Admission admission;

    DrawnCompanion(ModelId id) {
        admission = new Admission(
                id,
                BUDGET,
                new StepTimeEstimate(),
                new AdmissionListener() {
                    @Override
                    public void admitted(ModelId model, long cost) {
                        costs.add(cost);
                        opened();
                    }

                    @Override
                    public void released(ModelId model, long cost) {
                        close();
                    }
                },
                System::nanoTime);
    }

    /** What a step gives. */
    abstract Map<String, Tensor> step(Permit permit, Map<String, Tensor> inputs);

    /** One more use of it, which {@link #close} ends. */
    final void opened() {
        open.incrementAndGet();
    }

    /** Remembers what a step was asked. */
    final void record(Map<String, Tensor> inputs) {
        steps.add(Map.copyOf(inputs));
    }

    /** The inputs of every step, in order. */
    public final List<Map<String, Tensor>> steps() {
        return steps;
    }

    /** The cost of every permit in units, in order. */
    public final List<Long> costs() {
        return costs;
    }

    /** Whether every row, permit and use was closed. */
    public final boolean isIdle() {
        return open.get() == 0;
    }

    @Override
    public final void close() {
        open.decrementAndGet();
    }

    @Override
    public final Tokenizer tokenizer() {
        throw new IllegalStateException("no tokenizer in the manifest");
    }

    @Override
    public final Permit admit(RequestContext context, Cost cost) {
        return admission.admit(context, cost);
    }

    @Override
    public final Row open(Permit permit, String artifact) {
        opened();
        return new Row() {
            @Override
            public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
                return DrawnCompanion.this.step(permit, inputs);
            }

            @Override
            public void close() {
                DrawnCompanion.this.close();
            }
        };
    }
}
