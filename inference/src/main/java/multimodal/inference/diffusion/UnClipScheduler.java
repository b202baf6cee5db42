package multimodal.inference.diffusion;

import java.util.List;
import java.util.stream.IntStream;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Kind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/**
 * Ancestral steps of the smallest variance (Ho et al. 2020, eq. 6 and 7) along a squared cosine, as the prior of unCLIP takes
 * them: step for step diffusers' {@code UnCLIPScheduler}, told at each step which one follows, or {@code DDPMScheduler},
 * with {@code variance_type="fixed_small_log"}, in float32 as there. A pure value; safe to share.
 */
public final class UnClipScheduler {

    private final UnClipSchedulerOptions options;
    private final float[] betas;
    private final float[] cumulativeAlphas;
    private final List<Long> timesteps;

    /**
     * Steps down to the first training timestep.
     *
     * @param steps 2 to the number of training timesteps
     * @throws InferenceException {@code INVALID_INPUT} naming {@code steps} if they are not
     */
    public UnClipScheduler(UnClipSchedulerOptions options, int steps) {
        if (steps < 2 || steps > options.trainTimesteps()) {
            throw InferenceException.invalid("steps", steps, "2 to " + options.trainTimesteps());
        }
        this.options = options;
        this.betas = AlphaSchedule.cosineBetas(options.trainTimesteps());
        this.cumulativeAlphas = AlphaSchedule.cumulativeAlphas(betas);
        double stride =
                switch (options.kind()) {
                    case UNCLIP -> (options.trainTimesteps() - 1) / (double) (steps - 1);
                    case DDPM -> options.trainTimesteps() / steps;
                };
        this.timesteps = IntStream.range(0, steps)
                .mapToObj(step -> (long) Math.rint((steps - 1 - step) * stride))
                .toList();
    }

    /** The timestep of each step, noisiest first. Step {@code i} asks the network at {@code timesteps().get(i)}. */
    public List<Long> timesteps() {
        return timesteps;
    }

    /** Whether step {@code index} takes fresh noise: each but the last. */
    public boolean needsNoise(int index) {
        return index < timesteps.size() - 1;
    }

    /**
     * Takes one step.
     *
     * @param index of the step, 0 to {@code timesteps().size() - 1}
     * @param prediction the network's answer at the step's timestep, after guidance; float32, any shape
     * @param sample x_t of the same shape; the first one is standard normal noise
     * @param noise standard normal noise of the same shape; not read (may be null) unless {@link #needsNoise}
     * @return x_{t-1}, the sample of the next step
     */
    public Tensor step(int index, Tensor prediction, Tensor sample, Tensor noise) {
        int timestep = timesteps.get(index).intValue();
        int following = needsNoise(index) ? timesteps.get(index + 1).intValue() : -1;
        float alpha = cumulativeAlphas[timestep];
        float previous = following < 0 ? 1 : cumulativeAlphas[following];
        boolean isNext = following == timestep - 1;
        float beta = isNext && options.kind() == Kind.UNCLIP ? betas[timestep] : 1 - alpha / previous;
        float originalWeight = root(previous) * beta / (1 - alpha);
        float sampleWeight = root(1 - beta) * (1 - previous) / (1 - alpha);
        Tensor next = Mixture.of(originalWeight, original(alpha, prediction, sample), sampleWeight, sample);
        if (!needsNoise(index)) {
            return next;
        }
        float deviation = root((1 - previous) / (1 - alpha) * beta);
        return Mixture.of(1, next, deviation, noise);
    }

    private Tensor original(float alpha, Tensor prediction, Tensor sample) {
        float range = (float) options.clipRange().orElse(Double.POSITIVE_INFINITY);
        float[] original = new float[sample.floats().length];
        for (int i = 0; i < original.length; i++) {
            float predicted = prediction.floats()[i];
            float clean =
                    switch (options.prediction()) {
                        case EPSILON -> (sample.floats()[i] - root(1 - alpha) * predicted) / root(alpha);
                        case SAMPLE -> predicted;
                    };
            original[i] = Math.max(-range, Math.min(range, clean));
        }
        return Tensor.of(sample.shape(), original);
    }

    private static float root(float value) {
        return (float) Math.sqrt(value);
    }
}
