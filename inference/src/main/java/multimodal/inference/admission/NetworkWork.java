package multimodal.inference.admission;

import java.time.Duration;
import multimodal.inference.batching.StepWeight;
import multimodal.inference.batching.Work;

/** What a permit has of one network: admitted and done. Not thread-safe: its permit guards it. */
final class NetworkWork {

    private final Cost.Part part;
    private final StepWeight weight;
    private final double units;
    private double doneUnits;
    private Duration engineShare = Duration.ZERO;
    private long doneRows;
    /** Over all rows that are done, the rows in their calls. */
    private double company;

    /** @param promptUnits what the prompt weighs, if there is one */
    NetworkWork(Cost.Part part, double promptUnits) {
        this.part = part;
        this.weight = new StepWeight(part.unitsPerRow(), promptUnits);
        this.units = part.units(promptUnits);
    }

    Cost.Part part() {
        return part;
    }

    StepWeight weight() {
        return weight;
    }

    double units() {
        return units;
    }

    double remainingUnits() {
        return Math.max(0, units - doneUnits);
    }

    void add(Work work) {
        doneUnits += weight.of(work.phase(), work.rows());
        doneRows += work.rows();
        company += (double) work.rows() * work.company();
        addEngineShare(work.engineShare());
    }

    /** Adds time that is counted here, of work that is not. */
    void addEngineShare(Duration share) {
        engineShare = engineShare.plus(share);
    }

    /** Tells the estimate what it took, if anything was done. */
    void teach(StepTimeEstimate estimate) {
        if (doneUnits > 0) {
            estimate.observe(part.artifact(), engineShare, doneUnits, (int) Math.round(company / doneRows));
        }
    }
}
