package multimodal.image.steps;

import java.util.Optional;
import multimodal.inference.admission.Cost;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.UnClipSchedulerOptions;
import multimodal.inference.repository.Parameters;

/**
 * What makes enlarged pictures sharp, by denoising beside them: {@code super_res_first}, the artifact of all steps but the
 * last, and {@code super_res_last}, as in unCLIP.
 *
 * @param schedule the noise schedule that both were trained with
 * @param steps that are taken, at least 2
 */
public record SuperResolution(UnClipSchedulerOptions schedule, int steps) {

    public static final String FIRST = "super_res_first";
    public static final String LAST = "super_res_last";

    private static final String SECTION = "super_resolution";

    /** As a manifest's parameters say, if there is one; every fault is {@code MISCONFIGURED}. */
    static Optional<SuperResolution> of(Parameters parameters) {
        if (!parameters.has(SECTION)) {
            return Optional.empty();
        }
        Parameters section = parameters.section(SECTION);
        return Optional.of(new SuperResolution(UnClipSchedulerOptions.from(section), section.integer("steps")));
    }

    /** The scheduler of its steps. */
    public NoiseScheduler scheduler() {
        return schedule.scheduler(Optional.empty(), steps);
    }

    /** Of so many pictures of the usual size. */
    public Cost cost(int imageCount) {
        return Cost.of(FIRST, steps - 1, imageCount, 1).and(Cost.of(LAST, imageCount));
    }
}
