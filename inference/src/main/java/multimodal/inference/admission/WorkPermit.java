package multimodal.inference.admission;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.batching.Work;

/** A permit that knows how much of its work is done. Thread-safe. */
public final class WorkPermit implements Permit {

    private final Admission admission;
    private final RequestContext context;
    private final Cost cost;
    private final long startNanos = System.nanoTime();
    private final Set<FirstOutput> firstOutputs = EnumSet.noneOf(FirstOutput.class);
    private StageTimings timings = StageTimings.ZERO;
    private Duration engineShare = Duration.ZERO;
    private long steppedRows;
    private long singleShotRows;
    /** Over all rows, the rows in their calls. */
    private double company;

    private boolean closed;

    WorkPermit(Admission admission, RequestContext context, Cost cost) {
        this.admission = admission;
        this.context = context;
        this.cost = cost;
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

    /** Adds a step of a loop. */
    public synchronized void addStep(Work work) {
        steppedRows += work.rows();
        add(work);
    }

    /** Adds a single-shot call. */
    public synchronized void addSingleShot(Work work) {
        singleShotRows += work.rows();
        add(work);
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

    /** What was admitted. */
    public Cost cost() {
        return cost;
    }

    /** Units of work that are done: the rows of steps or, for a request without a loop, of single-shot calls. */
    synchronized double doneUnits() {
        return steppedRows > 0 ? steppedRows * cost.unitsPerRow() : singleShotRows;
    }

    double remainingUnits() {
        return Math.max(0, cost.units() - doneUnits());
    }

    /** The rows that shared its calls, its own among them, on average; 1 before the first call. */
    synchronized int company() {
        return (int) Math.max(1, Math.round(company / Math.max(1, steppedRows + singleShotRows)));
    }

    synchronized Duration engineShare() {
        return engineShare;
    }

    private void add(Work work) {
        timings = timings.plus(work.timings());
        engineShare = engineShare.plus(work.engineShare());
        company += (double) work.rows() * work.company();
    }
}
