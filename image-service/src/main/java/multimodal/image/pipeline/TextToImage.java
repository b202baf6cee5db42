package multimodal.image.pipeline;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import multimodal.image.steps.ControlRows;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentDecoder;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.PromptEncoder;
import multimodal.image.steps.PromptTokens;
import multimodal.image.steps.Prompts;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;

/**
 * Text to pictures by latent diffusion (Rombach et al. 2022) or by unCLIP whole (Ramesh et al. 2022), from noise, from a
 * picture or into one, or pictures like another: what diffusers' {@code StableDiffusionPipeline}, {@code
 * StableDiffusionImg2ImgPipeline} and {@code UnCLIPPipeline} make of the same checkpoint, prompt, scheduler and seed, up to
 * rounding ({@code docs/decisions/0017} has where they differ). Thread-safe; blocks the calling thread.
 */
public final class TextToImage {

    /**
     * Makes the pictures of one request.
     *
     * @param options width and height within {@link DiffusionModel#size}
     * @param sink is told every step; should not block, since the request keeps its place in the batch meanwhile
     * @throws multimodal.inference.error.InferenceException as {@link multimodal.inference.lifecycle.ModelHandle#admit} and
     *     {@link Row#step}; a caller that has gone ends the work within one step
     */
    public ImageResult generate(
            DiffusionModel model, GenerateImageOptions options, RequestContext context, Consumer<ImageProgress> sink) {
        ClassifierFreeGuidance guidance = options.guidance();
        NoiseScheduler scheduler = model.schedule().scheduler(options.scheduler(), options.steps());
        try (Permit permit = model.handle().admit(context, cost(model, options))) {
            PromptTokens prompt = model.tokens(options.prompt());
            PromptTokens negative = model.tokens(guidance.isActive() ? options.negativePrompt() : "");
            LatentNoise noise =
                    new LatentNoise(model, options.seed(), options.imageCount(), options.width(), options.height());
            Progress progress = new Progress(model, options, permit, sink);
            PromptEncoder encoder = new PromptEncoder(model.handle(), permit);
            ImagePrompts likeness = ImagePrompts.of(options, encoder, noise, progress);
            Prompts prompts =
                    new Prompts(options.paintsPrompt() ? prompt : model.tokens(""), negative, likeness.pooled());
            Shape shape = model.latents(options.imageCount(), options.width(), options.height());
            PromptConditioning conditioning =
                    PromptConditioning.encode(model, permit, prompts, guidance, options.hole(), shape);
            ControlRows controls =
                    ControlRows.open(options.controls(), guidance, options.imageCount(), options.stepsTaken(), context);
            Tensor latents;
            try (controls) {
                latents = denoise(model, options, scheduler, conditioning, controls, noise, permit, progress);
            }
            Tensor decoded = LatentDecoder.decode(model, permit, latents);
            Tensor images = SuperResolvedImages.of(model, decoded, noise, permit, progress);
            List<Picture> pictures = options.finished(LatentDecoder.pictures(images));
            List<byte[]> pngs = PngFiles.results(permit, model, options, pictures);
            return new ImageResult(
                    pngs,
                    model.manifest().id(),
                    model.handle().engine(),
                    permit.timings().plus(likeness.timings()).plus(controls.timings()),
                    prompt.droppedWords(),
                    negative.droppedWords());
        }
    }

    private static Cost cost(DiffusionModel model, GenerateImageOptions options) {
        Cost unet = Cost.of(
                "unet",
                Math.max(1, options.stepsTaken()),
                options.guidance().slots(options.imageCount()),
                model.size().relativeArea(options.width(), options.height()));
        return model.superResolution()
                .map(more -> unet.and(more.cost(options.imageCount())))
                .orElse(unet);
    }

    private static Tensor denoise(
            DiffusionModel model,
            GenerateImageOptions options,
            NoiseScheduler scheduler,
            PromptConditioning conditioning,
            ControlRows controls,
            LatentNoise noise,
            Permit permit,
            Progress progress) {
        StepResult latents = StepResult.first(FirstLatents.of(model, options, scheduler, noise, permit));
        try (Row row = model.handle().open(permit, "unet")) {
            for (int step = 0; step < options.stepsTaken(); step++) {
                int index = options.firstStep() + step;
                long timestep = scheduler.timesteps().get(index);
                Tensor input = scheduler.networkInput(index, latents.sample());
                Map<String, Tensor> inputs = conditioning.inputs(input, timestep);
                inputs.putAll(controls.residuals(step, inputs));
                Tensor predictions = row.step(inputs).get("prediction");
                Tensor guided = options.guidance().combine(predictions, model.latentChannels());
                latents = scheduler.step(index, guided, latents, scheduler.needsNoise(index) ? noise.next() : null);
                progress.report(step + 1, latents.original());
            }
        }
        return latents.sample();
    }
}
