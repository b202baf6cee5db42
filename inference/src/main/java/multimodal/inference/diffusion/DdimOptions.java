package multimodal.inference.diffusion;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Parameters;

/**
 * The settings of {@link DdimScheduler}; names and meaning as in diffusers' {@code DDIMScheduler} without clipping.
 *
 * @param predictionType what the network predicts
 * @param betaSchedule how the noise grows
 * @param betaStart β of timestep 0, above 0
 * @param betaEnd β of the last timestep, {@code betaStart} to below 1
 * @param trainTimesteps timesteps of the training, at least 1
 * @param timestepSpacing where the steps stand
 * @param stepsOffset added to each timestep of {@link TimestepSpacing#LEADING}, at least 0
 * @param setAlphaToOne whether the last step ends at ᾱ = 1; otherwise at the ᾱ of timestep 0
 * @param rescaleBetasZeroSnr whether the last training timestep is pure noise; needs {@link PredictionType#V_PREDICTION}
 * @param eta share of fresh noise in each step, 0 (deterministic) to 1 (as DDPM)
 */
public record DdimOptions(
        PredictionType predictionType,
        BetaSchedule betaSchedule,
        double betaStart,
        double betaEnd,
        int trainTimesteps,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        boolean rescaleBetasZeroSnr,
        double eta) {

    public DdimOptions {
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
        if (!(eta >= 0 && eta <= 1)) {
            throw InferenceException.invalid("scheduler.eta", eta, "finite, 0 to 1");
        }
    }

    /** The settings in the {@code parameters} of a manifest, with eta 0; every fault is {@code MISCONFIGURED}. */
    public static DdimOptions from(Parameters parameters) {
        return new DdimOptions(
                choice(parameters, "prediction_type", PredictionType.values()),
                choice(parameters, "beta_schedule", BetaSchedule.values()),
                parameters.number("beta_start"),
                parameters.number("beta_end"),
                parameters.integer("num_train_timesteps"),
                choice(parameters, "timestep_spacing", TimestepSpacing.values()),
                parameters.integer("steps_offset"),
                parameters.flag("set_alpha_to_one"),
                parameters.flag("rescale_betas_zero_snr"),
                0);
    }

    public DdimOptions withEta(double newEta) {
        return with(timestepSpacing, newEta);
    }

    public DdimOptions withTimestepSpacing(TimestepSpacing newSpacing) {
        return with(newSpacing, eta);
    }

    private DdimOptions with(TimestepSpacing newSpacing, double newEta) {
        return new DdimOptions(
                predictionType,
                betaSchedule,
                betaStart,
                betaEnd,
                trainTimesteps,
                newSpacing,
                stepsOffset,
                setAlphaToOne,
                rescaleBetasZeroSnr,
                newEta);
    }

    private static <E extends Enum<E>> E choice(Parameters parameters, String key, E[] choices) {
        String found = parameters.text(key);
        return Arrays.stream(choices)
                .filter(choice -> word(choice).equals(found))
                .findFirst()
                .orElseThrow(() -> fault(
                        key,
                        found,
                        Arrays.stream(choices).map(DdimOptions::word).collect(Collectors.joining(", "))));
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw fault(key, value, expected);
        }
    }

    private static InferenceException fault(String key, Object value, String expected) {
        return new InferenceException(
                ErrorKind.MISCONFIGURED,
                "model.yaml: parameters.%s: %s (expected: %s)".formatted(key, value, expected));
    }
}
