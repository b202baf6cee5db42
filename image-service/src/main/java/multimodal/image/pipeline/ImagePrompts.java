package multimodal.image.pipeline;

import java.util.Map;
import java.util.Optional;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.ImageProjection;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Prior;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.PromptTokens;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.diffusion.UnClipScheduler;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;

/**
 * What pictures are painted from that shall be like something (unCLIP, Ramesh et al. 2022): the CLIP image embedding of a
 * picture, one that is given, or one for each picture that the prior makes of the prompt and of its noise.
 *
 * @param pooled pooled prompt states, float32 (pictures or 1, dimension); empty where words alone say what they show
 * @param timings where the time in the unCLIP model went
 */
record ImagePrompts(Optional<Tensor> pooled, StageTimings timings) {

    /**
     * Encodes what the pictures shall be like, if anything.
     *
     * @param prompt of which the prior makes embeddings
     * @param permit for the text encoder of {@code model}
     * @param noise of which the prior's is the first, as in diffusers' pipelines
     * @param progress is told the prior's steps
     */
    static ImagePrompts of(
            DiffusionModel model,
            GenerateImageOptions options,
            PromptTokens prompt,
            Permit permit,
            LatentNoise noise,
            Progress progress) {
        if (options.likeness().isEmpty()) {
            return new ImagePrompts(Optional.empty(), StageTimings.ZERO);
        }
        Likeness likeness = options.likeness().get();
        UnClipModel unClip = likeness.model();
        try (Permit own = unClip.handle().admit(permit.context(), likeness.cost(options.imageCount()))) {
            Tensor embeddings;
            if (likeness.isOfPrompt()) {
                Prompts prompts = new Prompts(prompt, model.tokens(""));
                PromptConditioning conditioning = PromptConditioning.encodeForPrior(
                        model, permit, prompts, unClip.priorGuidance(), options.imageCount());
                embeddings = prior(unClip, own, conditioning, noise, progress);
            } else {
                embeddings = likeness.known(own);
            }
            return new ImagePrompts(Optional.of(ImageProjection.project(unClip, own, embeddings)), own.timings());
        }
    }

    private static Tensor prior(
            UnClipModel unClip, Permit permit, PromptConditioning conditioning, LatentNoise noise, Progress progress) {
        UnClipScheduler scheduler = new UnClipScheduler(unClip.scheduler(), unClip.priorSteps());
        Shape shape = Shape.of(1, unClip.embeddingLength());
        Tensor sample = noise.next(shape);
        try (Row row = unClip.handle().open(permit, Prior.ARTIFACT)) {
            for (int step = 0; step < unClip.priorSteps(); step++) {
                Map<String, Tensor> inputs =
                        conditioning.inputs(sample, scheduler.timesteps().get(step));
                Tensor prediction =
                        unClip.priorGuidance().combine(row.step(inputs).get("prediction"));
                Tensor fresh = scheduler.needsNoise(step) ? noise.next(shape) : null;
                sample = scheduler.step(step, prediction, sample, fresh);
                progress.reportPrior(step + 1);
            }
        }
        return Prior.embeddings(unClip, permit, sample);
    }
}
