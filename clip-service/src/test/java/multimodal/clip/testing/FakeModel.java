package multimodal.clip.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.decoding.Tokenizer;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.tensor.Tensor;

/** A loaded model without batchers and engines: every call runs at once, on the caller's thread, and is written down. */
public final class FakeModel implements ModelHandle {

    /** A call of an artifact and the first extents of its ids, its pixels or else its mask. */
    public record Run(String artifact, int rows, int length) {}

    private final ModelManifest manifest;
    private final Map<String, UnaryOperator<Map<String, Tensor>>> artifacts = new HashMap<>();
    private final List<Run> runs = Collections.synchronizedList(new ArrayList<>());
    private final List<FirstOutput> firstOutputs = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger openPermits = new AtomicInteger();
    private final AtomicInteger openUses = new AtomicInteger();
    private final List<Cost> costs = Collections.synchronizedList(new ArrayList<>());
    private volatile Optional<Admission> door = Optional.empty();
    private volatile Consumer<RequestContext> beforeRun = RequestContext::checkLive;

    FakeModel(ModelManifest manifest) {
        this.manifest = manifest;
    }

    FakeModel with(String artifact, UnaryOperator<Map<String, Tensor>> network) {
        artifacts.put(artifact, network);
        return this;
    }

    /** From now on {@code hook} comes before each call, with the caller's context; it may wait or throw. */
    public void beforeRun(Consumer<RequestContext> hook) {
        beforeRun = hook;
    }

    /** From now on requests must pass {@code admission}, too. */
    public void behind(Admission admission) {
        door = Optional.of(admission);
    }

    /** What was asked for at the door, in order. */
    public List<Cost> costs() {
        return List.copyOf(costs);
    }

    /** Calls so far, in order. */
    public List<Run> runs() {
        return List.copyOf(runs);
    }

    /** What permits were told to be ready before its end, once for each time. */
    public List<FirstOutput> firstOutputs() {
        return List.copyOf(firstOutputs);
    }

    /** Permits that were taken and not given back. */
    public int openPermits() {
        return openPermits.get();
    }

    /** The model as a registry hands it out: in use until it is closed. */
    public ModelHandle use() {
        openUses.incrementAndGet();
        return this;
    }

    /** Uses that were not closed. */
    public int openUses() {
        return openUses.get();
    }

    @Override
    public void close() {
        openUses.decrementAndGet();
    }

    @Override
    public ModelManifest manifest() {
        return manifest;
    }

    @Override
    public String engine() {
        return "fake";
    }

    @Override
    public Tokenizer tokenizer() {
        return new ByteTokenizer();
    }

    @Override
    public Permit admit(RequestContext context, Cost cost) {
        costs.add(cost);
        Optional<Permit> inside = door.map(admission -> admission.admit(context, cost));
        openPermits.incrementAndGet();
        return new FakePermit(context, inside);
    }

    @Override
    public Map<String, Tensor> run(Permit permit, String artifact, Map<String, Tensor> inputs) {
        beforeRun.accept(permit.context());
        Tensor first = Stream.of("input_ids", "pixel_values", "attention_mask")
                .map(inputs::get)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
        runs.add(new Run(artifact, first.rows(), first.shape().dimension(1)));
        return artifacts.get(artifact).apply(inputs);
    }

    @Override
    public Row open(Permit permit, String artifact) {
        return new Row() {
            @Override
            public Map<String, Tensor> step(Phase phase, Map<String, Tensor> inputs) {
                return run(permit, artifact, inputs);
            }

            @Override
            public void close() {}
        };
    }

    private final class FakePermit implements Permit {

        private final RequestContext context;
        private final Optional<Permit> inside;
        private boolean closed;

        FakePermit(RequestContext context, Optional<Permit> inside) {
            this.context = context;
            this.inside = inside;
        }

        @Override
        public RequestContext context() {
            return context;
        }

        @Override
        public void addPostprocess(Duration duration) {}

        @Override
        public void firstOutput(FirstOutput kind) {
            firstOutputs.add(kind);
        }

        @Override
        public StageTimings timings() {
            return StageTimings.ZERO;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                inside.ifPresent(Permit::close);
                openPermits.decrementAndGet();
            }
        }
    }
}
