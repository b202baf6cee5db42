package multimodal.inference.diffusion;

import java.util.List;
import multimodal.inference.tensor.Tensor;

/**
 * The way from noise to a sample in a fixed number of steps: at which timesteps the network is asked, and what its answer
 * makes of the sample. A pure value; safe to share: what a step must know of the one before it is in that one's result.
 */
public interface NoiseScheduler {

    /**
     * The scheduler of {@code options}.
     *
     * @param steps 1 to the number of training timesteps
     * @throws multimodal.inference.error.InferenceException {@code INVALID_INPUT} naming {@code steps} if they are more
     */
    static NoiseScheduler of(NoiseSchedulerOptions options, int steps) {
        return switch (options.choice().kind()) {
            case DDIM -> new DdimScheduler(options, steps);
            case EULER, EULER_ANCESTRAL -> new EulerScheduler(options, steps);
            case DPM_SOLVER_PP_2M -> new DpmSolverScheduler(options, steps);
        };
    }

    /** The timestep of each step, noisiest first. Step {@code i} asks the network at {@code timesteps().get(i)}. */
    List<Long> timesteps();

    /** What standard normal noise is multiplied by to make the first sample; 1 where samples keep their variance. */
    default float initialNoiseScale() {
        return 1;
    }

    /** Whether {@link #step} takes fresh noise at step {@code index}. */
    boolean needsNoise(int index);

    /**
     * What the network is given at a step: the sample at the scale that it was trained with, as it is unless a scheduler
     * says otherwise.
     *
     * @param index of the step, 0 to {@code timesteps().size() - 1}
     * @param sample x_t, float32, any shape
     */
    default Tensor networkInput(int index, Tensor sample) {
        return sample;
    }

    /**
     * The sample that step {@code index} begins with if it shall lead to something like {@code original}.
     *
     * @param original x_0, float32, any shape
     * @param noise standard normal noise of the same shape
     */
    Tensor noised(int index, Tensor original, Tensor noise);

    /**
     * Takes one step.
     *
     * @param index of the step, 0 to {@code timesteps().size() - 1}
     * @param prediction the network's answer for {@link #networkInput} at the step's timestep, after guidance; float32
     * @param before the result of the step before, or {@link StepResult#first}; its sample has the shape of {@code
     *     prediction}, but for a network that predicts a variance behind it, in as many channels more
     * @param noise standard normal noise of the sample's shape; not read (may be null) unless {@link #needsNoise}
     */
    StepResult step(int index, Tensor prediction, StepResult before, Tensor noise);

    /**
     * What a step makes.
     *
     * @param sample x_{t-1}, float32, the sample of the next step
     * @param original the x_0 that the step foresaw, what a preview shows; null before the first step
     */
    record StepResult(Tensor sample, Tensor original) {

        /** What the first step that is taken begins with. */
        public static StepResult first(Tensor sample) {
            return new StepResult(sample, null);
        }

        boolean isFirst() {
            return original == null;
        }

        /** The sample, which must have the shape of {@code prediction}. */
        Tensor sampleLike(Tensor prediction) {
            if (!prediction.shape().equals(sample.shape())) {
                throw new IllegalArgumentException(
                        "prediction: " + prediction + " (expected: as sample, " + sample + ")");
            }
            return sample;
        }
    }
}
