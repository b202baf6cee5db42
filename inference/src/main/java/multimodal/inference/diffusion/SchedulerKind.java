package multimodal.inference.diffusion;

/** The noise schedulers, each step for step that of diffusers. */
public enum SchedulerKind {
    /** Denoising diffusion implicit models (Song et al. 2021): {@code DDIMScheduler}. */
    DDIM,
    /** Euler's method on the probability flow (Karras et al. 2022, algorithm 2 without churn): {@code EulerDiscreteScheduler}. */
    EULER,
    /** Euler's method with fresh noise in every step (Katherine Crowson's k-diffusion): {@code EulerAncestralDiscreteScheduler}. */
    EULER_ANCESTRAL,
    /** DPM-Solver++ of second order, multistep, midpoint (Lu et al. 2022): {@code DPMSolverMultistepScheduler} as it is by default. */
    DPM_SOLVER_PP_2M
}
