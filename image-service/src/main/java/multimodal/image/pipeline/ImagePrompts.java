package multimodal.image.pipeline;

import java.util.Map;
import java.util.Optional;
import multimodal.image.steps.ImageProjection;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Prior;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.PromptEncoder;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.batching.StageTimings;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
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
     * @param encoder reads prompts for the model that paints
     * @param noise of which the prior's is the first, as in diffusers' pipelines, and that of an embedding the next
     * @param progress is told the prior's steps
     */
    static ImagePrompts of(GenerateImageOptions options, PromptEncoder encoder, LatentNoise noise, Progress progress) {
        if (options.likeness().isEmpty()) {
            return new ImagePrompts(Optional.empty(), StageTimings.ZERO);
        }
        Likeness likeness = options.likeness().get();
        UnClipModel unClip = likeness.model();
        RequestContext context = encoder.permit().context();
        try (Permit own = unClip.handle().admit(context, likeness.cost(options.imageCount()))) {
            Tensor embeddings = likeness.isOfPrompt()
                    ? ofPrompt(options, unClip, own, unClip.encoder(own, encoder), noise, progress)
                    : likeness.known(own);
            Tensor pooled = ImageProjection.project(unClip, own, embeddings, noise);
            return new ImagePrompts(Optional.of(pooled), own.timings());
        }
    }

    private static Tensor ofPrompt(
            GenerateImageOptions options,
            UnClipModel unClip,
            Permit permit,
            PromptEncoder encoder,
            LatentNoise noise,
            Progress progress) {
        Prior prior = unClip.prior().orElseThrow();
        Prompts prompts = new Prompts(encoder.tokens(options.prompt()), encoder.tokens(""));
        PromptConditioning conditioning =
                PromptConditioning.encodeForPrior(encoder, prompts, prior.guidance(), options.imageCount());
        NoiseScheduler scheduler = prior.scheduler();
        Shape shape = Shape.of(1, unClip.embeddingLength());
        StepResult sample = StepResult.first(noise.next(shape));
        try (Row row = unClip.handle().open(permit, Prior.ARTIFACT)) {
            for (int step = 0; step < prior.steps(); step++) {
                Map<String, Tensor> inputs = conditioning.inputs(
                        sample.sample(), scheduler.timesteps().get(step));
                Tensor prediction = prior.guidance().combine(row.step(inputs).get("prediction"));
                Tensor fresh = scheduler.needsNoise(step) ? noise.next(shape) : null;
                sample = scheduler.step(step, prediction, sample, fresh);
                progress.report();
            }
        }
        return Prior.embeddings(unClip, permit, sample.sample());
    }
}
