package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;

import java.util.List;
import java.util.Optional;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.LatentDecoder;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.SuperResolution;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A checkpoint of Karlo, tiny and random, as {@code models/export/export.sh} exports real ones, against diffusers' own {@code
 * UnCLIPPipeline} and {@code UnCLIPImageVariationPipeline} on the folders they came from: pixels in the place of latents, a
 * variance that the network predicts, and super-resolution.
 */
abstract class KarloParity extends UnClipParity {

    private static final double NOISE_TOLERANCE = 1e-6;
    private static final double STEP_TOLERANCE = 1e-4;

    KarloParity(String engine) {
        super(engine, ShippedModel.goldenRepository(), "random-karlo", "random-karlo-likeness");
    }

    List<Case> casesWithAllSteps() {
        return cases().stream().filter(Case::hasAllLatents).toList();
    }

    @ParameterizedTest
    @MethodSource("casesWithAllSteps")
    void everyStepOfTheUnetMakesTheSameSmallPicture(Case golden) {
        GenerateImageOptions options = options(golden);
        NoiseScheduler scheduler = model().schedule().scheduler(options.scheduler(), options.steps());
        LatentNoise noise = noiseAfterThePrior(options);
        Tensor samples = golden.latents();
        assertClose("first", noise.initial(scheduler.initialNoiseScale()), samples.row(0), NOISE_TOLERANCE);
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1));
                Row row = model().handle().open(permit, "unet")) {
            Prompts prompts = new Prompts(
                    model().tokens(options.prompt()), model().tokens(""), Optional.of(golden.tensor("text_embeds")));
            PromptConditioning conditioning = PromptConditioning.encode(
                    model(),
                    permit,
                    prompts,
                    options.guidance(),
                    Optional.empty(),
                    samples.row(0).shape());
            for (int step = 0; step < options.steps(); step++) {
                Tensor sample = samples.row(step);
                long timestep = scheduler.timesteps().get(step);
                Tensor predictions =
                        row.step(conditioning.inputs(sample, timestep)).get("prediction");
                Tensor guided = options.guidance().combine(predictions, model().latentChannels());
                Tensor fresh = scheduler.needsNoise(step) ? noise.next() : null;
                Tensor next = scheduler
                        .step(step, guided, StepResult.first(sample), fresh)
                        .sample();
                assertClose("step " + step, next, samples.row(step + 1), STEP_TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("casesWithAllSteps")
    void everyStepOfSuperResolutionMakesTheSamePicture(Case golden) {
        GenerateImageOptions options = options(golden);
        SuperResolution resolution = model().superResolution().orElseThrow();
        LatentNoise noise = noiseAfterThePrior(options);
        for (int draw = 0; draw < options.steps(); draw++) {
            noise.next();
        }
        Tensor samples = golden.tensor("super_res_samples");
        Shape shape = samples.row(0).shape();
        assertClose("first", noise.next(shape), samples.row(0), NOISE_TOLERANCE);
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            Tensor small = golden.latents().row(options.steps());
            Tensor enlarged = LatentDecoder.decode(model(), permit, small);
            NoiseScheduler scheduler = resolution.scheduler();
            for (int step = 0; step < resolution.steps(); step++) {
                boolean isLast = step == resolution.steps() - 1;
                StepResult sample = StepResult.first(samples.row(step));
                Tensor fresh = isLast ? null : noise.next(shape);
                String artifact = isLast ? SuperResolution.LAST : SuperResolution.FIRST;
                try (Row row = model().handle().open(permit, artifact)) {
                    Tensor prediction = row.step(SuperResolvedImages.inputs(
                                    sample.sample(), scheduler.timesteps().get(step), enlarged))
                            .get("prediction");
                    Tensor next =
                            scheduler.step(step, prediction, sample, fresh).sample();
                    assertClose("step " + step, next, samples.row(step + 1), STEP_TOLERANCE);
                }
            }
        }
    }

    private LatentNoise noiseAfterThePrior(GenerateImageOptions options) {
        LatentNoise noise = new LatentNoise(model(), options.seed(), 1, options.width(), options.height());
        Shape embedding = Shape.of(1, options.likeness().orElseThrow().model().embeddingLength());
        for (int draw = 0; draw < options.priorSteps(); draw++) {
            noise.next(embedding);
        }
        return noise;
    }
}
