package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.Prompts;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every noise scheduler, step by step, against diffusers; a subclass for each model. */
abstract class SamplersParity extends DiffusionParity {

    /** Of the largest magnitude: latents of Euler's method are as large as their noise. */
    private static final double RELATIVE_TOLERANCE = 5e-5;

    /** The text-to-image model {@code name} of {@code repository}; {@code goldens} is a file in {@code models/golden}. */
    SamplersParity(Path repository, String name, String goldens) {
        super("onnxruntime", repository, name, goldens);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStepMakesTheSameLatents(Case golden) {
        GenerateImageOptions options = options(golden);
        DiffusionModel model = model();
        NoiseScheduler scheduler = model.schedule().scheduler(options.scheduler(), options.steps());
        LatentNoise noise = new LatentNoise(model, options.seed(), 1, options.width(), options.height());
        assertThat(golden.latents().rows()).isEqualTo(options.stepsTaken() + 1);
        try (Permit permit = model.handle().admit(RequestContext.detached(), Cost.of("unet", 1));
                Row row = model.handle().open(permit, "unet")) {
            PromptConditioning conditioning = PromptConditioning.encode(
                    model,
                    permit,
                    new Prompts(model.tokens(options.prompt()), model.tokens(options.negativePrompt())),
                    options.guidance(),
                    options.hole(),
                    golden.latents().row(0).shape());
            StepResult latents = StepResult.first(FirstLatents.of(model, options, scheduler, noise, permit));
            assertSame("first", latents, golden.latents().row(0));
            for (int step = 1; step <= options.stepsTaken(); step++) {
                int index = options.firstStep() + step - 1;
                Tensor input = scheduler.networkInput(index, latents.sample());
                Tensor predictions = row.step(
                                conditioning.inputs(input, scheduler.timesteps().get(index)))
                        .get("prediction");
                latents = scheduler.step(
                        index,
                        options.guidance().combine(predictions, model.latentChannels()),
                        latents,
                        scheduler.needsNoise(index) ? noise.next() : null);
                assertSame("step " + step, latents, golden.latents().row(step));
            }
        }
    }

    private static void assertSame(String what, StepResult latents, Tensor expected) {
        double largest = 1;
        for (float value : expected.floats()) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertClose(what, latents.sample(), expected, RELATIVE_TOLERANCE * largest);
    }
}
