package multimodal.inference.diffusion;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/**
 * The way from noise to a sample in a fixed number of steps: at which timesteps the network is asked, and what its answer
 * makes of the sample. A pure value; safe to share.
 */
public interface NoiseScheduler {

    /** The timestep of each step, noisiest first. Step {@code i} asks the network at {@code timesteps().get(i)}. */
    List<Long> timesteps();

    /** What standard normal noise is multiplied by to make the first sample. */
    float initialNoiseScale();

    /** Whether {@link #step} takes fresh noise. */
    boolean needsNoise();

    /**
     * Takes one step.
     *
     * @param index of the step, 0 to {@code timesteps().size() - 1}
     * @param prediction the network's answer for {@code sample} at the step's timestep, after guidance; float32
     * @param sample x_t, float32, any shape, equal to that of {@code prediction}
     * @param noise standard normal noise of the same shape; not read (may be null) unless {@link #needsNoise}
     * @return x_{t-1} and the x_0 that this step foresees
     */
    StepResult step(int index, Tensor prediction, Tensor sample, Tensor noise);

    /**
     * What a step makes.
     *
     * @param sample x_{t-1}, the input of the next step
     * @param original the predicted x_0, what a preview shows
     */
    record StepResult(Tensor sample, Tensor original) {}
}
