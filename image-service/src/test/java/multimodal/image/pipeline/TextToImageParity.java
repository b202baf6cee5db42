package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.ControlRows;
import multimodal.image.steps.LatentDecoder;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.PromptEncoder;
import multimodal.image.steps.PromptTokens;
import multimodal.image.steps.Prompts;
import multimodal.image.steps.TextStates;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every stage of a model against diffusers and transformers on the same checkpoint; a subclass for each engine. */
abstract class TextToImageParity extends DiffusionParity {

    private static final double NOISE_TOLERANCE = 1e-6;
    private static final double STATE_TOLERANCE = 1e-4;
    private static final double STEP_TOLERANCE = 5e-5;

    /** The model that ships. */
    TextToImageParity(String engine) {
        this(engine, ShippedModel.repository(), "sticker-diffusion", "diffusion");
    }

    /**
     * The text-to-image model {@code name} of {@code repository}.
     *
     * @param goldens file in {@code models/golden}
     */
    TextToImageParity(String engine, Path repository, String name, String goldens) {
        super(engine, repository, name, goldens);
    }

    List<Case> casesWithAllLatents() {
        return cases().stream().filter(Case::hasAllLatents).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokensAreTheSame(Case golden) {
        Tensor expected = golden.tensor("input_ids");
        assertThat(negative(golden).ids()).isEqualTo(expected.row(0).longs());
        assertThat(prompt(golden).ids()).isEqualTo(expected.row(1).longs());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void textStatesAreTheSame(Case golden) {
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            TextStates states =
                    new PromptEncoder(model().handle(), permit).encode(List.of(negative(golden), prompt(golden)));
            assertClose("hidden", states.hidden(), golden.tensor("last_hidden_state"), STATE_TOLERANCE);
            assertClose("pooled", states.pooled(), golden.tensor("pooler_output"), STATE_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("casesWithAllLatents")
    void firstLatentsAreTheSame(Case golden) {
        GenerateImageOptions options = options(golden);
        NoiseScheduler scheduler = model().schedule().scheduler(Optional.empty(), options.steps());
        LatentNoise noise = new LatentNoise(model(), options.seed(), 1, options.width(), options.height());
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            Tensor first = FirstLatents.of(model(), options, scheduler, noise, permit);
            double tolerance = options.firstStep() == 0 ? NOISE_TOLERANCE : STATE_TOLERANCE;
            assertClose("first", first, golden.latents().row(0), tolerance);
        }
    }

    @ParameterizedTest
    @MethodSource("casesWithAllLatents")
    void everyStepMakesTheSameLatents(Case golden) {
        GenerateImageOptions options = options(golden);
        NoiseScheduler scheduler = model().schedule().scheduler(Optional.empty(), options.steps());
        RequestContext context = RequestContext.detached();
        try (Permit permit = model().handle().admit(context, Cost.of("unet", 1));
                ControlRows controls =
                        ControlRows.open(options.controls(), options.guidance(), 1, options.stepsTaken(), context);
                Row row = model().handle().open(permit, "unet")) {
            PromptConditioning conditioning = PromptConditioning.encode(
                    model(),
                    permit,
                    new Prompts(prompt(golden), negative(golden)),
                    options.guidance(),
                    options.hole(),
                    golden.latents().row(0).shape());
            for (int step = 0; step < options.stepsTaken(); step++) {
                int index = options.firstStep() + step;
                Tensor latents = golden.latents().row(step);
                long timestep = scheduler.timesteps().get(index);
                Map<String, Tensor> inputs = conditioning.inputs(latents, timestep);
                inputs.putAll(controls.residuals(step, inputs));
                Tensor predictions = row.step(inputs).get("prediction");
                Tensor next = scheduler
                        .step(index, options.guidance().combine(predictions), StepResult.first(latents), null)
                        .sample();
                assertClose("step " + (step + 1), next, golden.latents().row(step + 1), STEP_TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void decodedLatentsAreTheSamePicture(Case golden) {
        Tensor latents = golden.latents();
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            Tensor images = LatentDecoder.decode(model(), permit, latents.row(latents.rows() - 1));
            List<Picture> pictures = LatentDecoder.pictures(images);
            golden.assertSamePicture(pictures.get(0));
        }
    }

    private PromptTokens prompt(Case golden) {
        return model().tokens(options(golden).prompt());
    }

    private PromptTokens negative(Case golden) {
        return model().tokens(options(golden).negativePrompt());
    }
}
