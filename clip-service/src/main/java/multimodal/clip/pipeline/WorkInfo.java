package multimodal.clip.pipeline;

import java.util.List;
import java.util.OptionalLong;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.ModelId;

/**
 * What made a result and where the time went.
 *
 * @param model that did the work
 * @param engine that ran it
 * @param seed that was used, where chance was
 * @param timings stage by stage
 * @param cutTexts texts that the model has not read whole
 */
public record WorkInfo(ModelId model, String engine, OptionalLong seed, StageTimings timings, List<CutText> cutTexts) {

    public WorkInfo {
        cutTexts = List.copyOf(cutTexts);
    }

    /** Of work without chance that ends now. */
    static WorkInfo of(ModelHandle model, Permit permit, List<CutText> cutTexts) {
        return of(model, permit, cutTexts, OptionalLong.empty());
    }

    /** Of work that ends now. */
    static WorkInfo of(ModelHandle model, Permit permit, List<CutText> cutTexts, OptionalLong seed) {
        return new WorkInfo(model.manifest().id(), model.engine(), seed, permit.timings(), cutTexts);
    }
}
