package multimodal.inference.diffusion;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/**
 * Denoising diffusion implicit models (Song et al. 2021, eq. 12 and 16), step for step as diffusers' {@code DDIMScheduler}
 * with {@code clip_sample=False}, in float32 as there.
 */
final class DdimScheduler implements NoiseScheduler {

    private final NoiseSchedulerOptions options;
    private final float[] cumulativeAlphas;
    private final List<Long> timesteps;

    DdimScheduler(NoiseSchedulerOptions options, int steps) {
        this.options = options;
        this.cumulativeAlphas = AlphaSchedule.cumulativeAlphas(options);
        this.timesteps = Timesteps.spread(options, steps, steps);
    }

    @Override
    public List<Long> timesteps() {
        return timesteps;
    }

    @Override
    public boolean needsNoise(int index) {
        return options.choice().eta() > 0;
    }

    @Override
    public Tensor noised(int index, Tensor original, Tensor noise) {
        return Mixture.noised(cumulativeAlphas[timesteps.get(index).intValue()], original, noise);
    }

    @Override
    public StepResult step(int index, Tensor prediction, StepResult before, Tensor noise) {
        Tensor sample = before.sampleLike(prediction);
        Coefficients factors = coefficients(index);
        float[] original = original(factors, prediction.floats(), sample.floats());
        float[] next = next(factors, original, epsilon(factors, prediction.floats(), sample.floats()));
        if (needsNoise(index)) {
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
        float deviation = options.choice().eta() * root(variance);
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

    private static float root(float value) {
        return (float) Math.sqrt(value);
    }
}
