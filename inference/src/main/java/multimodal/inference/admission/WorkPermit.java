package multimodal.inference.admission;

import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.batching.StepWeight;
import multimodal.inference.batching.Work;

/** A permit that knows how much of its work is done. Thread-safe. */
public final class WorkPermit implements Permit {

    private final Admission admission;
    private final RequestContext context;
    /** By artifact, in the order of the cost. */
    private final Map<String, NetworkWork> networks = new LinkedHashMap<>();

    private final long units;
    private final long startNanos = System.nanoTime();
    private final Set<FirstOutput> firstOutputs = EnumSet.noneOf(FirstOutput.class);
    private StageTimings timings = StageTimings.ZERO;
    private boolean closed;

    WorkPermit(Admission admission, RequestContext context, List<NetworkWork> parts) {
        this.admission = admission;
        this.context = context;
        parts.forEach(part -> networks.put(part.part().artifact(), part));
        this.units = Math.max(1, (long)
                Math.ceil(parts.stream().mapToDouble(NetworkWork::units).sum()));
    }

    @Override
    public RequestContext context() {
        return context;
    }

    @Override
    public synchronized void addPostprocess(Duration duration) {
        timings = timings.plus(new StageTimings(Duration.ZERO, Duration.ZERO, Duration.ZERO, duration));
    }

    @Override
    public void firstOutput(FirstOutput kind) {
        synchronized (this) {
            if (!firstOutputs.add(kind)) {
                return;
            }
        }
        admission.firstOutput(kind, Duration.ofNanos(System.nanoTime() - startNanos));
    }

    @Override
    public synchronized StageTimings timings() {
        return timings;
    }

    /** Adds a call of a network; what the cost does not name is counted with its first part. */
    public synchronized void add(String artifact, Work work) {
        timings = timings.plus(work.timings());
        NetworkWork known = networks.get(artifact);
        if (known == null) {
            networks.values().iterator().next().addEngineShare(work.engineShare());
        } else {
            known.add(work);
        }
    }

    /** What the steps of a network weigh. */
    public StepWeight weight(String artifact) {
        NetworkWork known = networks.get(artifact);
        return known == null ? StepWeight.USUAL : known.weight();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        admission.release(this);
    }

    /** The whole of what was admitted, at least 1. */
    public long units() {
        return units;
    }

    /** Everything that was admitted; the numbers of it are for {@link #remaining}. */
    List<NetworkWork> networks() {
        return List.copyOf(networks.values());
    }

    /** Units of one of its networks that are not done. */
    synchronized double remaining(NetworkWork network) {
        return network.remainingUnits();
    }

    synchronized void teach(StepTimeEstimate estimate) {
        networks.values().forEach(network -> network.teach(estimate));
    }
}
