package multimodal.inference.diffusion;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/**
 * DPM-Solver++ of second order, multistep (Lu et al. 2022, "DPM-Solver++", algorithm 2), step for step as diffusers' {@code
 * DPMSolverMultistepScheduler} with its defaults, in float32 as there. Each step also looks at the x₀ that the step before
 * foresaw; the first one has none, and the last one leads to σ = 0, so these two are of first order.
 */
final class DpmSolverScheduler implements NoiseScheduler {

    private final NoiseSchedulerOptions options;
    private final SigmaSteps steps;

    DpmSolverScheduler(NoiseSchedulerOptions options, int steps) {
        this.options = options;
        this.steps = SigmaSteps.of(options, steps, steps + 1);
    }

    @Override
    public List<Long> timesteps() {
        return steps.timesteps();
    }

    @Override
    public boolean needsNoise(int index) {
        return false;
    }

    @Override
    public Tensor noised(int index, Tensor original, Tensor noise) {
        Level level = level(index);
        return Mixture.of(level.alpha, original, level.sigma, noise);
    }

    @Override
    public StepResult step(int index, Tensor prediction, StepResult before, Tensor noise) {
        Tensor sample = before.sampleLike(prediction);
        Tensor original = original(level(index), prediction, sample);
        boolean isFirstOrder = before.isFirst() || index == steps.timesteps().size() - 1;
        Tensor next = isFirstOrder
                ? firstOrder(index, original, sample)
                : secondOrder(index, original, before.original(), sample);
        return new StepResult(next, original);
    }

    /** How much of signal and noise a sample has, and the logarithm of their ratio. */
    private record Level(float alpha, float sigma, float logRatio) {}

    private Level level(int index) {
        float ratio = steps.sigmas()[index];
        float alpha = 1 / (float) Math.sqrt(ratio * ratio + 1);
        float sigma = ratio * alpha;
        return new Level(alpha, sigma, (float) Math.log(alpha) - (float) Math.log(sigma));
    }

    private Tensor original(Level level, Tensor prediction, Tensor sample) {
        float[] original = new float[sample.floats().length];
        for (int i = 0; i < original.length; i++) {
            float x = sample.floats()[i];
            float predicted = prediction.floats()[i];
            original[i] = switch (options.predictionType()) {
                case EPSILON -> (x - level.sigma * predicted) / level.alpha;
                case V_PREDICTION -> level.alpha * x - level.sigma * predicted;
            };
        }
        return Tensor.of(sample.shape(), original);
    }

    private Tensor firstOrder(int index, Tensor original, Tensor sample) {
        Level from = level(index);
        Level to = level(index + 1);
        return Mixture.of(to.sigma / from.sigma, sample, -step(from, to), original);
    }

    private Tensor secondOrder(int index, Tensor original, Tensor originalBefore, Tensor sample) {
        Level from = level(index);
        Level to = level(index + 1);
        float last = from.logRatio - level(index - 1).logRatio;
        float trend = 1 / (last / (to.logRatio - from.logRatio));
        float share = to.sigma / from.sigma;
        float step = step(from, to);
        float half = 0.5f * step;
        float[] next = new float[sample.floats().length];
        for (int i = 0; i < next.length; i++) {
            float x = original.floats()[i];
            float difference = trend * (x - originalBefore.floats()[i]);
            next[i] = share * sample.floats()[i] - step * x - half * difference;
        }
        return Tensor.of(sample.shape(), next);
    }

    /** α·(e^(−h) − 1), where h is how far the logarithm of the ratio rises; −1 where no noise is left. */
    private static float step(Level from, Level to) {
        float rise = to.logRatio - from.logRatio;
        return to.alpha * ((float) Math.exp(-rise) - 1);
    }
}
