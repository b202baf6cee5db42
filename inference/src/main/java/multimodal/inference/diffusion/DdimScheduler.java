package multimodal.inference.diffusion;

import java.util.List;
import java.util.stream.IntStream;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;

/**
 * Denoising diffusion implicit models (Song et al. 2021, eq. 12 and 16), step for step as diffusers' {@code DDIMScheduler}
 * with {@code clip_sample=False}, in float32 as there.
 *
 * <p>One difference: where rounding makes diffusers add a step at timestep -1 (trailing spacing, for instance 61 steps of
 * 1,000), that step is left out.
 */
public final class DdimScheduler implements NoiseScheduler {

    private final DdimOptions options;
    private final float[] cumulativeAlphas;
    private final List<Long> timesteps;

    /**
     * A scheduler for a fixed number of steps.
     *
     * @param steps 1 to the number of training timesteps
     */
    public DdimScheduler(DdimOptions options, int steps) {
        this.options = options;
        this.cumulativeAlphas = AlphaSchedule.cumulativeAlphas(options);
        this.timesteps = spread(options, steps);
    }

    @Override
    public List<Long> timesteps() {
        return timesteps;
    }

    @Override
    public float initialNoiseScale() {
        return 1;
    }

    @Override
    public boolean needsNoise() {
        return options.eta() > 0;
    }

    @Override
    public StepResult step(int index, Tensor prediction, Tensor sample, Tensor noise) {
        if (!prediction.shape().equals(sample.shape())) {
            throw new IllegalArgumentException("prediction: " + prediction + " (expected: as sample, " + sample + ")");
        }
        Coefficients factors = coefficients(index);
        float[] original = original(factors, prediction.floats(), sample.floats());
        float[] next = next(factors, original, epsilon(factors, prediction.floats(), sample.floats()));
        if (needsNoise()) {
            addNoise(next, factors.deviation, noise.floats());
        }
        return new StepResult(Tensor.of(sample.shape(), next), Tensor.of(sample.shape(), original));
    }

    /** The numbers of one step: square roots of ᾱ_t, 1−ᾱ_t and ᾱ_{t-1}, the weight of ε, and σ_t(η). */
    private record Coefficients(
            float alphaRoot, float betaRoot, float previousAlphaRoot, float direction, float deviation) {}

    private Coefficients coefficients(int index) {
        int timestep = timesteps.get(index).intValue();
        int previous = timestep - options.trainTimesteps() / timesteps.size();
        float alpha = cumulativeAlphas[timestep];
        float previousAlpha = previous >= 0 ? cumulativeAlphas[previous] : finalAlpha();
        float beta = 1 - alpha;
        float variance = (1 - previousAlpha) / beta * (1 - alpha / previousAlpha);
        float deviation = (float) options.eta() * root(variance);
        float direction = root(1 - previousAlpha - deviation * deviation);
        return new Coefficients(root(alpha), root(beta), root(previousAlpha), direction, deviation);
    }

    private float finalAlpha() {
        return options.setAlphaToOne() ? 1 : cumulativeAlphas[0];
    }

    private float[] original(Coefficients factors, float[] prediction, float[] sample) {
        float[] original = new float[sample.length];
        for (int i = 0; i < original.length; i++) {
            original[i] = switch (options.predictionType()) {
                case EPSILON -> (sample[i] - factors.betaRoot * prediction[i]) / factors.alphaRoot;
                case V_PREDICTION -> factors.alphaRoot * sample[i] - factors.betaRoot * prediction[i];
            };
        }
        return original;
    }

    private float[] epsilon(Coefficients factors, float[] prediction, float[] sample) {
        if (options.predictionType() == PredictionType.EPSILON) {
            return prediction;
        }
        float[] epsilon = new float[sample.length];
        for (int i = 0; i < epsilon.length; i++) {
            epsilon[i] = factors.alphaRoot * prediction[i] + factors.betaRoot * sample[i];
        }
        return epsilon;
    }

    private static float[] next(Coefficients factors, float[] original, float[] epsilon) {
        float[] next = new float[original.length];
        for (int i = 0; i < next.length; i++) {
            next[i] = factors.previousAlphaRoot * original[i] + factors.direction * epsilon[i];
        }
        return next;
    }

    private static void addNoise(float[] sample, float deviation, float[] noise) {
        for (int i = 0; i < sample.length; i++) {
            sample[i] += deviation * noise[i];
        }
    }

    private static List<Long> spread(DdimOptions options, int steps) {
        int all = options.trainTimesteps();
        if (steps < 1 || steps > all) {
            throw InferenceException.invalid("steps", steps, "1 to " + all);
        }
        List<Long> timesteps = IntStream.range(0, steps)
                .mapToObj(i -> switch (options.timestepSpacing()) {
                    case LEADING -> (long) (steps - 1 - i) * (all / steps) + options.stepsOffset();
                    case TRAILING -> (long) Math.rint(all + i * ((all - all / (double) steps) - all)) - 1;
                })
                .toList();
        if (timesteps.get(0) >= all) {
            throw InferenceException.invalid("steps", steps, "fewer, as steps_offset passes the last timestep");
        }
        return timesteps;
    }

    private static float root(float value) {
        return (float) Math.sqrt(value);
    }
}
