package multimodal.inference.diffusion;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import multimodal.inference.repository.Parameters;

/**
 * The settings of an {@link UnClipScheduler}; names and meaning as in diffusers' {@code UnCLIPScheduler}, whose noise always
 * grows along a squared cosine.
 *
 * @param trainTimesteps timesteps of the training, at least 2
 * @param kind whose steps they are
 * @param prediction what the network predicts
 * @param variance of the noise that a step adds
 * @param clipRange magnitude that no value of a foreseen sample exceeds, above 0; empty to let them
 */
public record UnClipSchedulerOptions(
        int trainTimesteps, Kind kind, Prediction prediction, Variance variance, OptionalDouble clipRange)
        implements NoiseSchedule {

    static final String KIND = "scheduler";

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

    /** The variance of the noise that a step adds. */
    public enum Variance {
        /** The smallest that there can be. */
        FIXED_SMALL_LOG,
        /** Between that and the largest, as the network says for each value (Nichol and Dhariwal 2021, eq. 15). */
        LEARNED_RANGE
    }

    public UnClipSchedulerOptions {
        NoiseSchedulerOptions.require(trainTimesteps >= 2, "num_train_timesteps", trainTimesteps, "at least 2");
        NoiseSchedulerOptions.require(
                clipRange.isEmpty() || clipRange.getAsDouble() > 0, "clip_sample_range", clipRange, "above 0, or none");
    }

    /**
     * The settings in a manifest's {@code parameters} or a section of them; every fault is {@code MISCONFIGURED}.
     */
    public static UnClipSchedulerOptions from(Parameters parameters) {
        return new UnClipSchedulerOptions(
                parameters.integer("num_train_timesteps"),
                parameters.has(KIND) ? parameters.choice(KIND, Kind.values()) : Kind.UNCLIP,
                parameters.choice("prediction_type", Prediction.values()),
                parameters.choice("variance_type", Variance.values()),
                parameters.has("clip_sample_range")
                        ? OptionalDouble.of(parameters.number("clip_sample_range"))
                        : OptionalDouble.empty());
    }

    @Override
    public Optional<SchedulerChoice> usualChoice() {
        return Optional.empty();
    }

    @Override
    public NoiseScheduler scheduler(Optional<SchedulerChoice> chosen, int steps) {
        chosen.ifPresent(choice -> {
            throw new IllegalArgumentException("choice: %s (expected: none)".formatted(choice));
        });
        return new UnClipScheduler(this, steps);
    }

    @Override
    public String describe(Optional<SchedulerChoice> chosen) {
        return kind.name().toLowerCase(Locale.ROOT);
    }
}
