package multimodal.inference.diffusion;

import java.util.Optional;
import multimodal.inference.repository.Parameters;

/** How noise grew while a network was trained, and with that the schedulers that can take its steps. */
public sealed interface NoiseSchedule permits NoiseSchedulerOptions, UnClipSchedulerOptions {

    /**
     * The schedule in the {@code parameters} of a manifest, whose {@code scheduler} is {@code unclip} where the steps are
     * those of unCLIP alone; every fault is {@code MISCONFIGURED}.
     */
    static NoiseSchedule from(Parameters parameters) {
        boolean isUnClip = parameters.has(UnClipSchedulerOptions.KIND)
                && parameters.text(UnClipSchedulerOptions.KIND).equals("unclip");
        return isUnClip ? UnClipSchedulerOptions.from(parameters) : NoiseSchedulerOptions.from(parameters);
    }

    /** What is taken when a request does not choose; empty where there is nothing to choose. */
    Optional<SchedulerChoice> usualChoice();

    /**
     * The way from noise to a sample.
     *
     * @param choice of a request, empty for the usual one; empty where there is nothing to choose
     * @param steps at least 1; not every scheduler takes as few
     * @throws multimodal.inference.error.InferenceException {@code INVALID_INPUT} naming {@code steps} if it takes no so many
     */
    NoiseScheduler scheduler(Optional<SchedulerChoice> choice, int steps);

    /** The scheduler in words, e.g. {@code ddim, eta 0.0, trailing}. */
    String describe(Optional<SchedulerChoice> choice);
}
