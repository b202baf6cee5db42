package multimodal.image.steps;

import java.util.Map;
import java.util.Optional;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.UnClipSchedulerOptions;
import multimodal.inference.repository.Parameters;
import multimodal.inference.tensor.Tensor;

/**
 * A prior, which makes image embeddings of noise and a prompt: {@code prior}, the artifact of its steps, and {@code
 * prior_embedding}.
 *
 * @param schedule the noise schedule that it was trained with
 * @param steps that it takes
 * @param guidance how strongly a prompt steers it
 */
public record Prior(UnClipSchedulerOptions schedule, int steps, ClassifierFreeGuidance guidance) {

    public static final String ARTIFACT = "prior";

    /** As a section of a manifest's parameters says; every fault is {@code MISCONFIGURED}. */
    static Prior from(Parameters parameters) {
        float scale = (float) parameters.number("guidance_scale");
        return new Prior(
                UnClipSchedulerOptions.from(parameters),
                parameters.integer("steps"),
                new ClassifierFreeGuidance(scale));
    }

    /** The scheduler of its steps. */
    public NoiseScheduler scheduler() {
        return schedule.scheduler(Optional.empty(), steps);
    }

    Cost cost(int imageCount) {
        return Cost.of(ARTIFACT, steps, guidance.slots(imageCount), 1);
    }

    /**
     * What the prior ends with as embeddings: its mean and deviation put back.
     *
     * @param sample after the last step, float32 (pictures, coordinates)
     * @return float32 of the same shape
     */
    public static Tensor embeddings(UnClipModel model, Permit permit, Tensor sample) {
        return model.handle()
                .run(permit, "prior_embedding", Map.of("sample", sample))
                .get("image_embeds");
    }
}
