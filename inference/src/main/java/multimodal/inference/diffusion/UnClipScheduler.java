package multimodal.inference.diffusion;

import java.util.List;
import java.util.stream.IntStream;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Kind;
import multimodal.inference.diffusion.UnClipSchedulerOptions.Variance;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/**
 * Ancestral steps (Ho et al. 2020, eq. 6 and 7) along a squared cosine, as the networks of unCLIP take them: step for step
 * diffusers' {@code UnCLIPScheduler}, told at each step which one follows, or {@code DDPMScheduler} with {@code
 * variance_type="fixed_small_log"}, in float32 as there.
 */
final class UnClipScheduler implements NoiseScheduler {

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
    UnClipScheduler(UnClipSchedulerOptions options, int steps) {
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

    @Override
    public List<Long> timesteps() {
        return timesteps;
    }

    /** At each step but the last. */
    @Override
    public boolean needsNoise(int index) {
        return index < timesteps.size() - 1;
    }

    @Override
    public Tensor noised(int index, Tensor original, Tensor noise) {
        return Mixture.noised(cumulativeAlphas[timesteps.get(index).intValue()], original, noise);
    }

    @Override
    public StepResult step(int index, Tensor prediction, StepResult before, Tensor noise) {
        Tensor sample = before.sample();
        Coefficients factors = coefficients(index);
        Tensor original = original(factors.alpha, prediction, sample);
        Tensor mean = Mixture.of(factors.originalWeight(), original, factors.sampleWeight(), sample);
        return new StepResult(needsNoise(index) ? noisy(factors, mean, prediction, noise) : mean, original);
    }

    /** The numbers of one step: ᾱ_t, ᾱ of the timestep that follows, and the β between them. */
    private record Coefficients(float alpha, float previous, float beta) {

        float originalWeight() {
            return root(previous) * beta / (1 - alpha);
        }

        float sampleWeight() {
            return root(1 - beta) * (1 - previous) / (1 - alpha);
        }

        float smallestVariance() {
            return (1 - previous) / (1 - alpha) * beta;
        }
    }

    private Coefficients coefficients(int index) {
        int timestep = timesteps.get(index).intValue();
        int following = needsNoise(index) ? timesteps.get(index + 1).intValue() : -1;
        float alpha = cumulativeAlphas[timestep];
        float previous = following < 0 ? 1 : cumulativeAlphas[following];
        boolean isNext = following == timestep - 1;
        float beta = isNext && options.kind() == Kind.UNCLIP ? betas[timestep] : 1 - alpha / previous;
        return new Coefficients(alpha, previous, beta);
    }

    private Tensor original(float alpha, Tensor prediction, Tensor sample) {
        float range = (float) options.clipRange().orElse(Double.POSITIVE_INFINITY);
        float signal = root(alpha);
        float spread = root(1 - alpha);
        float[] x = sample.floats();
        float[] predicted = part(0, prediction, sample);
        float[] original = new float[x.length];
        for (int i = 0; i < original.length; i++) {
            float clean =
                    switch (options.prediction()) {
                        case EPSILON -> (x[i] - spread * predicted[i]) / signal;
                        case SAMPLE -> predicted[i];
                    };
            original[i] = Math.max(-range, Math.min(range, clean));
        }
        return Tensor.of(sample.shape(), original);
    }

    private Tensor noisy(Coefficients factors, Tensor mean, Tensor prediction, Tensor noise) {
        return switch (options.variance()) {
            case FIXED_SMALL_LOG -> Mixture.of(1, mean, root(factors.smallestVariance()), noise);
            case LEARNED_RANGE -> {
                float smallest = (float) Math.log(factors.smallestVariance());
                float largest = (float) Math.log(factors.beta);
                float[] told = part(1, prediction, mean);
                float[] next = mean.floats().clone();
                for (int i = 0; i < next.length; i++) {
                    float share = (told[i] + 1) / 2;
                    float logarithm = share * largest + (1 - share) * smallest;
                    next[i] += (float) Math.exp(0.5f * logarithm) * noise.floats()[i];
                }
                yield Tensor.of(mean.shape(), next);
            }
        };
    }

    /** Of each row of a prediction what it says of the sample (0) or of the variance (1), if it says that too. */
    private float[] part(int part, Tensor prediction, Tensor sample) {
        int parts = options.variance() == Variance.LEARNED_RANGE ? 2 : 1;
        float[] values = prediction.floats();
        int length = sample.floats().length;
        if (values.length != parts * length) {
            throw new IllegalArgumentException(
                    "prediction: %s (expected: %d times as large as sample, %s)".formatted(prediction, parts, sample));
        }
        if (parts == 1) {
            return values;
        }
        float[] kept = new float[length];
        int row = length / sample.rows();
        for (int i = 0; i < sample.rows(); i++) {
            System.arraycopy(values, (parts * i + part) * row, kept, i * row, row);
        }
        return kept;
    }

    private static float root(float value) {
        return (float) Math.sqrt(value);
    }
}
