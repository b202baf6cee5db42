package multimodal.inference.diffusion;

import java.util.List;
import java.util.stream.IntStream;
import multimodal.inference.error.InferenceException;

/**
 * The training timesteps that the steps stand on.
 *
 * <p>One difference from diffusers: where rounding makes it add a step at timestep -1 (trailing spacing, for instance 61
 * steps of 1,000), that step is left out.
 */
final class Timesteps {

    private Timesteps() {}

    /**
     * The timesteps, noisiest first.
     *
     * @param steps 1 to the number of training timesteps
     * @param intervals that leading spacing divides the training into; of one more than there are steps, the first has none
     */
    static List<Long> spread(NoiseSchedulerOptions options, int steps, int intervals) {
        int all = options.trainTimesteps();
        if (steps < 1 || steps > all) {
            throw InferenceException.invalid("steps", steps, "1 to " + all);
        }
        List<Long> timesteps = IntStream.range(0, steps)
                .mapToObj(i -> switch (options.choice().timestepSpacing()) {
                    case LEADING -> (long) (intervals - 1 - i) * (all / intervals) + options.stepsOffset();
                    case TRAILING -> (long) Math.rint(all + i * ((all - all / (double) steps) - all)) - 1;
                })
                .toList();
        if (timesteps.get(0) >= all) {
            throw InferenceException.invalid("steps", steps, "fewer, as steps_offset passes the last timestep");
        }
        return timesteps;
    }
}
