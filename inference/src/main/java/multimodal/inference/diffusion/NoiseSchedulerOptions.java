package multimodal.inference.diffusion;

import java.util.Optional;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;

/**
 * The settings of a {@link NoiseScheduler}; names and meaning as in diffusers' schedulers without clipping.
 *
 * @param choice which scheduler, where its steps stand, and how much noise it adds
 * @param predictionType what the network predicts
 * @param betaSchedule how the noise grows
 * @param betaStart β of timestep 0, above 0
 * @param betaEnd β of the last timestep, {@code betaStart} to below 1
 * @param trainTimesteps timesteps of the training, at least 1
 * @param stepsOffset added to each timestep of {@link TimestepSpacing#LEADING}, at least 0
 * @param setAlphaToOne whether the last step of {@link SchedulerKind#DDIM} ends at ᾱ = 1; otherwise at the ᾱ of timestep
 *     0. The others always end at ᾱ = 1
 * @param rescaleBetasZeroSnr whether the last training timestep is pure noise; needs {@link PredictionType#V_PREDICTION}
 */
public record NoiseSchedulerOptions(
        SchedulerChoice choice,
        PredictionType predictionType,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        int trainTimesteps,
        int stepsOffset,
        boolean setAlphaToOne,
        boolean rescaleBetasZeroSnr)
        implements NoiseSchedule {

    public NoiseSchedulerOptions {
        require(betaStart > 0 && betaStart <= betaEnd, "beta_start", betaStart, "above 0, at most beta_end");
        require(betaEnd < 1, "beta_end", betaEnd, "beta_start to below 1");
        require(trainTimesteps >= 1, "num_train_timesteps", trainTimesteps, "at least 1");
        require(
                stepsOffset >= 0 && stepsOffset < trainTimesteps,
                "steps_offset",
                stepsOffset,
                "0 to the last timestep");
        require(
                !rescaleBetasZeroSnr || predictionType == PredictionType.V_PREDICTION,
                "rescale_betas_zero_snr",
                rescaleBetasZeroSnr,
                "false, or prediction_type v_prediction");
    }

    /**
     * The settings in the {@code parameters} of a manifest, with eta 0 and {@link SchedulerKind#DDIM} unless {@code
     * scheduler} says otherwise; every fault is {@code MISCONFIGURED}.
     */
    public static NoiseSchedulerOptions from(Parameters parameters) {
        SchedulerKind kind = parameters.has("scheduler")
                ? parameters.choice("scheduler", SchedulerKind.values())
                : SchedulerKind.DDIM;
        return new NoiseSchedulerOptions(
                new SchedulerChoice(kind, parameters.choice("timestep_spacing", TimestepSpacing.values()), 0),
                parameters.choice("prediction_type", PredictionType.values()),
                parameters.choice("beta_schedule", BetaSchedule.values()),
                parameters.number("beta_start"),
                parameters.number("beta_end"),
                parameters.integer("num_train_timesteps"),
                parameters.integer("steps_offset"),
                parameters.flag("set_alpha_to_one"),
                parameters.flag("rescale_betas_zero_snr"));
    }

    /** The same noise schedule for what a request has chosen. */
    public NoiseSchedulerOptions with(SchedulerChoice chosen) {
        return new NoiseSchedulerOptions(
                chosen,
                predictionType,
                betaSchedule,
                betaStart,
                betaEnd,
                trainTimesteps,
                stepsOffset,
                setAlphaToOne,
                rescaleBetasZeroSnr);
    }

    @Override
    public Optional<SchedulerChoice> usualChoice() {
        return Optional.of(choice);
    }

    @Override
    public NoiseScheduler scheduler(Optional<SchedulerChoice> chosen, int steps) {
        return NoiseScheduler.of(chosen.map(this::with).orElse(this), steps);
    }

    @Override
    public String describe(Optional<SchedulerChoice> chosen) {
        return chosen.orElse(choice).toString();
    }

    static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "model.yaml: parameters.%s: %s (expected: %s)".formatted(key, value, expected));
        }
    }
}
