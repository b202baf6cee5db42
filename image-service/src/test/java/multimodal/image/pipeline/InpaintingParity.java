package multimodal.image.pipeline;

import static multimodal.inference.testing.Tolerance.assertClose;

import java.util.Map;
import multimodal.image.pipeline.DiffusionGoldens.Case;
import multimodal.image.steps.PromptConditioning;
import multimodal.image.steps.Prompts;
import multimodal.image.testing.ShippedModel;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A UNet of nine channels, tiny and random, against diffusers' own {@code StableDiffusionInpaintPipeline}: from noise and from
 * the picture, with a mask and, as every request without one on such a model, with a mask of everything.
 */
abstract class InpaintingParity extends TextToImageParity {

    private static final double LATENT_TOLERANCE = 1e-5;

    InpaintingParity(String engine) {
        super(
                engine,
                ShippedModel.goldenRepository(),
                "random-stable-diffusion-inpainting",
                "random-stable-diffusion-inpainting");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theUnetIsGivenTheSameSurroundings(Case golden) {
        try (Permit permit = model().handle().admit(RequestContext.detached(), Cost.of("unet", 1))) {
            Tensor latents = golden.latents().row(0);
            PromptConditioning conditioning = PromptConditioning.encode(
                    model(),
                    permit,
                    new Prompts(model().tokens("a cat"), model().tokens("")),
                    new ClassifierFreeGuidance(1),
                    golden.hole(),
                    latents.shape());
            Map<String, Tensor> inputs = conditioning.inputs(latents, 1);
            assertClose("mask", inputs.get("mask"), golden.tensor("mask_cells"), 0);
            assertClose(
                    "latents",
                    inputs.get("masked_image_latents"),
                    golden.tensor("masked_image_latents"),
                    LATENT_TOLERANCE);
        }
    }
}
