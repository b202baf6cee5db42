package multimodal.image.pipeline;

import java.util.Arrays;
import java.util.Map;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.LatentNoise;
import multimodal.image.steps.SuperResolution;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.Row;
import multimodal.inference.diffusion.NoiseScheduler;
import multimodal.inference.diffusion.NoiseScheduler.StepResult;
import multimodal.inference.tensor.Tensor;

/** Enlarged images made sharp: pictures are denoised from new noise beside them, without guidance. */
final class SuperResolvedImages {

    private final DiffusionModel model;
    private final Tensor enlarged;
    private final LatentNoise noise;
    private final Permit permit;
    private final Progress progress;

    private SuperResolvedImages(
            DiffusionModel model, Tensor enlarged, LatentNoise noise, Permit permit, Progress progress) {
        this.model = model;
        this.enlarged = enlarged;
        this.noise = noise;
        this.permit = permit;
        this.progress = progress;
    }

    /**
     * Sharp images where the model has a super-resolution, else those that there are.
     *
     * @param images float32 (pictures, 3, height, width), as the decoder gives them
     * @param noise whose next draws are taken, as in diffusers' pipelines
     * @return of the same shape
     */
    static Tensor of(DiffusionModel model, Tensor images, LatentNoise noise, Permit permit, Progress progress) {
        SuperResolvedImages resolved = new SuperResolvedImages(model, images, noise, permit, progress);
        return model.superResolution().map(resolved::denoise).orElse(images);
    }

    private Tensor denoise(SuperResolution resolution) {
        NoiseScheduler scheduler = resolution.scheduler();
        int last = resolution.steps() - 1;
        StepResult sample = StepResult.first(fresh());
        sample = denoise(SuperResolution.FIRST, scheduler, 0, last, sample);
        return denoise(SuperResolution.LAST, scheduler, last, last + 1, sample).sample();
    }

    /** Takes the steps from {@code begin} to before {@code end} by one network. */
    private StepResult denoise(String artifact, NoiseScheduler scheduler, int begin, int end, StepResult first) {
        StepResult sample = first;
        try (Row row = model.handle().open(permit, artifact)) {
            for (int step = begin; step < end; step++) {
                Map<String, Tensor> inputs =
                        inputs(sample.sample(), scheduler.timesteps().get(step), enlarged);
                Tensor prediction = row.step(inputs).get("prediction");
                sample = scheduler.step(step, prediction, sample, scheduler.needsNoise(step) ? fresh() : null);
                progress.report();
            }
        }
        return sample;
    }

    /** A network's inputs for one step, with the enlarged images that it looks at. */
    static Map<String, Tensor> inputs(Tensor sample, long timestep, Tensor enlarged) {
        long[] timesteps = new long[sample.rows()];
        Arrays.fill(timesteps, timestep);
        return Map.of("sample", sample, "timestep", Tensor.of(timesteps, timesteps.length), "image", enlarged);
    }

    private Tensor fresh() {
        return noise.next(enlarged.shape().withRows(1));
    }
}
