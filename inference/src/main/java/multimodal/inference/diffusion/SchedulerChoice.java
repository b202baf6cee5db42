package multimodal.inference.diffusion;

import java.util.Locale;
import multimodal.inference.error.InferenceException;

/**
 * What a request may choose of a {@link NoiseScheduler}; the noise schedule itself is the model's.
 *
 * @param kind which scheduler
 * @param timestepSpacing which training timesteps the steps stand on
 * @param eta share of fresh noise in each step of {@link SchedulerKind#DDIM}, 0 (deterministic) to 1 (as DDPM); 0 for
 *     the others
 */
public record SchedulerChoice(SchedulerKind kind, TimestepSpacing timestepSpacing, float eta) {

    public SchedulerChoice {
        if (!(eta >= 0 && eta <= 1)) {
            throw InferenceException.invalid("scheduler.eta", eta, "finite, 0 to 1");
        }
        if (eta > 0 && kind != SchedulerKind.DDIM) {
            throw InferenceException.invalid("scheduler.eta", eta, "0 without DDIM");
        }
    }

    /** In words, e.g. {@code ddim, eta 0.0, trailing}. */
    @Override
    public String toString() {
        String share = kind == SchedulerKind.DDIM ? "eta %s, ".formatted(eta) : "";
        return (kind + ", " + share + timestepSpacing).toLowerCase(Locale.ROOT);
    }
}
