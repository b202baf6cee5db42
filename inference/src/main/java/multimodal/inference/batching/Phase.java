package multimodal.inference.batching;

/** What rows ask of an engine call. Rows of different phases never share one. */
public enum Phase {
    /** All that a request has, in one call. */
    SINGLE_SHOT,

    /** One step of a loop whose steps are all alike, such as denoising. */
    STEP,

    /** The first step of token decoding, which reads the whole prompt. */
    PREFILL,

    /** A later step of token decoding: one id more for each row. */
    DECODE
}
