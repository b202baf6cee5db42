package multimodal.inference.diffusion;

/** What the network was trained to predict from a noisy sample. */
public enum PredictionType {
    /** The noise in it. */
    EPSILON,
    /** The velocity √ᾱ·ε − √(1−ᾱ)·x₀ (Salimans and Ho 2022). */
    V_PREDICTION
}
