package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;

import java.util.List;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.ImageProjection;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.Likeness;
import multimodal.image.steps.Prior;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.UnClipModel;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.UnClipScheduler;
import multimodal.inference.tensor.Shape;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage of the unCLIP model that ships against diffusers on the same weights; a subclass for each engine. */
abstract class UnClipParity extends DiffusionParity {

    private static final double NOISE_TOLERANCE = 1e-6;
    private static final double STEP_TOLERANCE = 5e-5;
    private static final double STATE_TOLERANCE = 1e-4;

    UnClipParity(String engine) {
        super(engine, ShippedModel.repository(), "sticker-diffusion", "sticker-unclip");
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
        UnClipScheduler scheduler = new UnClipScheduler(unClip.scheduler(), unClip.priorSteps());
        LatentNoise noise = new LatentNoise(model(), options.seed(), 1, options.width(), options.height());
        Shape shape = Shape.of(1, unClip.embeddingLength());
        Tensor samples = golden.tensor("prior_samples");
        assertClose("first", noise.next(shape), samples.row(0), NOISE_TOLERANCE);
        RequestContext context = RequestContext.detached();
        try (Permit permit = model().handle().admit(context, 1);
                Permit own = unClip.handle().admit(context, 1);
                Row row = unClip.handle().open(own, Prior.ARTIFACT)) {
            Prompts prompts = new Prompts(model().tokens(options.prompt()), model().tokens(""));
            PromptConditioning conditioning =
                    PromptConditioning.encodeForPrior(model(), permit, prompts, unClip.priorGuidance(), 1);
            for (int step = 0; step < unClip.priorSteps(); step++) {
                Tensor sample = samples.row(step);
                long timestep = scheduler.timesteps().get(step);
                Tensor prediction =
                        row.step(conditioning.inputs(sample, timestep)).get("prediction");
                Tensor fresh = scheduler.needsNoise(step) ? noise.next(shape) : null;
                Tensor next = scheduler.step(step, prediction, sample, fresh);
                assertClose("step " + step, next, samples.row(step + 1), STEP_TOLERANCE);
            }
            Tensor embeddings = Prior.embeddings(unClip, own, samples.row(unClip.priorSteps()));
            assertClose("embedding", embeddings, golden.tensor("image_embeds"), STATE_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("casesOfPictures")
    void picturesHaveTheSameEmbeddings(Case golden) {
        Likeness likeness = likeness(golden);
        try (Permit own = likeness.model().handle().admit(RequestContext.detached(), 1)) {
            assertClose("embedding", likeness.known(own), golden.tensor("image_embeds"), STATE_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void embeddingsBecomeTheSameStates(Case golden) {
        UnClipModel unClip = likeness(golden).model();
        try (Permit own = unClip.handle().admit(RequestContext.detached(), 1)) {
            Tensor states = ImageProjection.project(unClip, own, golden.tensor("image_embeds"));
            assertClose("state", states, golden.tensor("text_embeds"), STATE_TOLERANCE);
        }
    }

    private Likeness likeness(Case golden) {
        return options(golden).likeness().orElseThrow();
    }
}
