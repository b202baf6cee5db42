package multimodal.inference.diffusion;

/** How the share of noise grows over the training timesteps. */
public enum BetaSchedule {
    /** β in equal steps from start to end (Ho et al. 2020). */
    LINEAR,
    /** √β in equal steps from start to end (latent diffusion). */
    SCALED_LINEAR,
    /** ᾱ along a squared cosine, β at most 0.999; start and end are not used (Nichol and Dhariwal 2021). */
    SQUAREDCOS_CAP_V2
}
