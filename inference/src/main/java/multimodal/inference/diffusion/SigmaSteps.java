package multimodal.inference.diffusion;

import java.util.List;

/**
 * Steps as schedulers take them that count in σ, the noise beside one part of signal.
 *
 * @param timesteps of the training, noisiest first
 * @param sigmas float32 √((1−ᾱ)/ᾱ) at each of them, then 0; one more than there are steps
 */
record SigmaSteps(List<Long> timesteps, float[] sigmas) {

    /** As {@link Timesteps#spread} spreads them. */
    static SigmaSteps of(NoiseSchedulerOptions options, int steps, int intervals) {
        List<Long> timesteps = Timesteps.spread(options, steps, intervals);
        float[] all = AlphaSchedule.sigmas(options);
        float[] sigmas = new float[steps + 1];
        for (int i = 0; i < steps; i++) {
            sigmas[i] = all[timesteps.get(i).intValue()];
        }
        return new SigmaSteps(timesteps, sigmas);
    }
}
