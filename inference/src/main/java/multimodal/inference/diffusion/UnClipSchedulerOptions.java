package multimodal.inference.diffusion;

import java.util.OptionalDouble;
import multimodal.inference.repository.Parameters;

/**
 * The settings of an {@link UnClipScheduler}; names and meaning as in diffusers' {@code UnCLIPScheduler}, whose noise always
 * grows along a squared cosine.
 *
 * @param trainTimesteps timesteps of the training, at least 2
 * @param kind whose steps they are
 * @param prediction what the network predicts
 * @param clipRange magnitude that no value of a foreseen sample exceeds, above 0; empty to let them
 */
public record UnClipSchedulerOptions(int trainTimesteps, Kind kind, Prediction prediction, OptionalDouble clipRange) {

    private static final String VARIANCE = "fixed_small_log";
    private static final String KIND = "scheduler";

    /** Whose steps they are. */
    public enum Kind {
        /** Of diffusers' {@code UnCLIPScheduler}: evenly from the first training timestep to the last. Karlo's. */
        UNCLIP,
        /** Of diffusers' {@code DDPMScheduler}, with leading timesteps: the noisiest may be left out. Stable unCLIP's. */
        DDPM
    }

    /** What the network predicts. */
    public enum Prediction {
        /** The noise. */
        EPSILON,
        /** The clean sample itself. */
        SAMPLE
    }

    public UnClipSchedulerOptions {
        NoiseSchedulerOptions.require(trainTimesteps >= 2, "num_train_timesteps", trainTimesteps, "at least 2");
        NoiseSchedulerOptions.require(
                clipRange.isEmpty() || clipRange.getAsDouble() > 0, "clip_sample_range", clipRange, "above 0, or none");
    }

    /**
     * The settings in a section of a manifest's {@code parameters}, whose {@code variance_type} is that of a network which
     * does not predict it; every fault is {@code MISCONFIGURED}.
     */
    public static UnClipSchedulerOptions from(Parameters parameters) {
        String variance = parameters.text("variance_type");
        NoiseSchedulerOptions.require(variance.equals(VARIANCE), "variance_type", variance, VARIANCE);
        return new UnClipSchedulerOptions(
                parameters.integer("num_train_timesteps"),
                parameters.has(KIND) ? parameters.choice(KIND, Kind.values()) : Kind.UNCLIP,
                parameters.choice("prediction_type", Prediction.values()),
                parameters.has("clip_sample_range")
                        ? OptionalDouble.of(parameters.number("clip_sample_range"))
                        : OptionalDouble.empty());
    }
}
