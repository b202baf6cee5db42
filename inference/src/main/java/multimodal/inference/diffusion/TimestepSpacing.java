package multimodal.inference.diffusion;

/** How the steps are spread over the training timesteps (Lin et al. 2023, table 2). */
public enum TimestepSpacing {
    /** Evenly from {@code steps_offset} up; the noisiest timesteps may be left out. */
    LEADING,
    /** Evenly back from the last timestep, which is always among them. */
    TRAILING
}
