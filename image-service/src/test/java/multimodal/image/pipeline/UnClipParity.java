package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;

import java.nio.file.Path;
import java.util.List;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.ImageProjection;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Prior;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.PromptEncoder;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.UnClipModel;
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

/** Every stage of an unCLIP model against diffusers on the same weights. */
abstract class UnClipParity extends DiffusionParity {

    private static final double NOISE_TOLERANCE = 1e-6;
    private static final double STEP_TOLERANCE = 5e-5;
    private static final double STATE_TOLERANCE = 1e-4;

    /** The unCLIP model {@code name} of {@code repository}, after which the goldens are named, and its base model. */
    UnClipParity(String engine, Path repository, String base, String name) {
        super(engine, repository, base, name);
    }

    List<Case> casesOfPrompts() {
        return cases().stream().filter(UnClipParity::isOfPrompt).toList();
    }

    List<Case> casesOfPictures() {
        return cases().stream().filter(golden -> !isOfPrompt(golden)).toList();
    }

    private static boolean isOfPrompt(Case golden) {
        return golden.said().required("likeness").asText().isEmpty();
    }

    @ParameterizedTest
    @MethodSource("casesOfPrompts")
    void everyStepOfThePriorMakesTheSameSample(Case golden) {
        GenerateImageOptions options = options(golden);
        UnClipModel unClip = likeness(golden).model();
        Prior prior = unClip.prior().orElseThrow();
        NoiseScheduler scheduler = prior.scheduler();
        LatentNoise noise = new LatentNoise(model(), options.seed(), 1, options.width(), options.height());
        Shape shape = Shape.of(1, unClip.embeddingLength());
        Tensor samples = golden.tensor("prior_samples");
        assertClose("first", noise.next(shape), samples.row(0), NOISE_TOLERANCE);
        RequestContext context = RequestContext.detached();
        try (Permit permit = model().handle().admit(context, Cost.of("unet", 1));
                Permit own = unClip.handle().admit(context, Cost.of("unet", 1));
                Row row = unClip.handle().open(own, Prior.ARTIFACT)) {
            PromptEncoder encoder = unClip.encoder(own, new PromptEncoder(model().handle(), permit));
            Prompts prompts = new Prompts(encoder.tokens(options.prompt()), encoder.tokens(""));
            PromptConditioning conditioning = PromptConditioning.encodeForPrior(encoder, prompts, prior.guidance(), 1);
            for (int step = 0; step < prior.steps(); step++) {
                Tensor sample = samples.row(step);
                long timestep = scheduler.timesteps().get(step);
                Tensor predictions =
                        row.step(conditioning.inputs(sample, timestep)).get("prediction");
                Tensor prediction = prior.guidance().combine(predictions);
                Tensor fresh = scheduler.needsNoise(step) ? noise.next(shape) : null;
                Tensor next = scheduler
                        .step(step, prediction, StepResult.first(sample), fresh)
                        .sample();
                assertClose("step " + step, next, samples.row(step + 1), STEP_TOLERANCE);
            }
            Tensor embeddings = Prior.embeddings(unClip, own, samples.row(prior.steps()));
            assertClose("embedding", embeddings, golden.tensor("image_embeds"), STATE_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("casesOfPictures")
    void picturesHaveTheSameEmbeddings(Case golden) {
        Likeness likeness = likeness(golden);
        try (Permit own = likeness.model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            assertClose("embedding", likeness.known(own), golden.tensor("image_embeds"), STATE_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void embeddingsBecomeTheSameStates(Case golden) {
        UnClipModel unClip = likeness(golden).model();
        try (Permit own = unClip.handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            GenerateImageOptions options = options(golden);
            LatentNoise noise = new LatentNoise(model(), options.seed(), 1, options.width(), options.height());
            for (int draw = 0; draw < options.priorSteps(); draw++) {
                noise.next(Shape.of(1, unClip.embeddingLength()));
            }
            Tensor states = ImageProjection.project(unClip, own, golden.tensor("image_embeds"), noise);
            assertClose("state", states, golden.tensor("text_embeds"), STATE_TOLERANCE);
        }
    }

    private Likeness likeness(Case golden) {
        return options(golden).likeness().orElseThrow();
    }
}
