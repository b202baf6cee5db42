package multimodal.inference.diffusion;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/**
 * Euler's method from one σ to the next (Karras et al. 2022), plain or ancestral, step for step as diffusers' {@code
 * EulerDiscreteScheduler} and {@code EulerAncestralDiscreteScheduler}, in float32 as there. Its samples are x₀ + σ·ε: noise
 * is added to the signal, which is not made smaller.
 */
final class EulerScheduler implements NoiseScheduler {

    private final NoiseSchedulerOptions options;
    private final SigmaSteps steps;

    EulerScheduler(NoiseSchedulerOptions options, int steps) {
        this.options = options;
        this.steps = SigmaSteps.of(options, steps, steps);
    }

    @Override
    public List<Long> timesteps() {
        return steps.timesteps();
    }

    @Override
    public float initialNoiseScale() {
        float largest = steps.sigmas()[0];
        return switch (options.choice().timestepSpacing()) {
            case TRAILING -> largest;
            case LEADING -> length(largest);
        };
    }

    @Override
    public boolean needsNoise(int index) {
        return options.choice().kind() == SchedulerKind.EULER_ANCESTRAL;
    }

    @Override
    public Tensor networkInput(int index, Tensor sample) {
        float length = length(steps.sigmas()[index]);
        float[] scaled = new float[sample.floats().length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = sample.floats()[i] / length;
        }
        return Tensor.of(sample.shape(), scaled);
    }

    @Override
    public Tensor noised(int index, Tensor original, Tensor noise) {
        return Mixture.of(1, original, steps.sigmas()[index], noise);
    }

    @Override
    public StepResult step(int index, Tensor prediction, StepResult before, Tensor noise) {
        Tensor sample = before.sampleLike(prediction);
        float sigma = steps.sigmas()[index];
        float next = steps.sigmas()[index + 1];
        Tensor original = original(sigma, prediction, sample);
        if (!needsNoise(index)) {
            return new StepResult(moved(sample, original, sigma, next), original);
        }
        float fresh = freshNoise(sigma, next);
        Tensor moved = moved(sample, original, sigma, root(next * next - fresh * fresh));
        return new StepResult(Mixture.of(1, moved, fresh, noise), original);
    }

    /** The deviation of the noise that is added after a step which went that much further down. */
    private static float freshNoise(float sigma, float next) {
        return root(next * next * (sigma * sigma - next * next) / (sigma * sigma));
    }

    private Tensor original(float sigma, Tensor prediction, Tensor sample) {
        float share = -sigma / length(sigma);
        float square = sigma * sigma + 1;
        float[] original = new float[sample.floats().length];
        for (int i = 0; i < original.length; i++) {
            float x = sample.floats()[i];
            float predicted = prediction.floats()[i];
            original[i] = switch (options.predictionType()) {
                case EPSILON -> x - sigma * predicted;
                case V_PREDICTION -> predicted * share + x / square;
            };
        }
        return Tensor.of(sample.shape(), original);
    }

    private static Tensor moved(Tensor sample, Tensor original, float sigma, float target) {
        float distance = target - sigma;
        float[] moved = new float[sample.floats().length];
        for (int i = 0; i < moved.length; i++) {
            float x = sample.floats()[i];
            moved[i] = x + (x - original.floats()[i]) / sigma * distance;
        }
        return Tensor.of(sample.shape(), moved);
    }

    /** √(σ²+1): how long a sample is whose signal has length 1. */
    private static float length(float sigma) {
        return root(sigma * sigma + 1);
    }

    private static float root(float value) {
        return (float) Math.sqrt(value);
    }
}
