package multimodal.image.pipeline;

import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentEncoder;
import multimodal.image.steps.LatentNoise;
import multimodal.inference.admission.Permit;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.tensor.Tensor;

/**
 * What the first step begins with: noise, or the init image with as much noise as its strength asks for. At strength 1 the
 * picture is not looked at, so that the result is that of the prompt alone.
 */
final class FirstLatents {

    private FirstLatents() {}

    /** Float32 (pictures, channels, height, width), for the first of the steps that {@code options} take. */
    static Tensor of(
            DiffusionModel model,
            GenerateImageOptions options,
            NoiseScheduler scheduler,
            LatentNoise noise,
            Permit permit) {
        int first = options.firstStep();
        if (first == 0) {
            return noise.initial(scheduler.initialNoiseScale());
        }
        Tensor encoded =
                LatentEncoder.encode(model, permit, options.init().orElseThrow().picture());
        Tensor originals = encoded.repeat(options.imageCount());
        return first == options.steps() ? originals : scheduler.noised(first, originals, noise.next());
    }
}
