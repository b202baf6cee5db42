package multimodal.inference.admission;

/** What of a result a caller can have before its end; how long the first takes is measured. */
public enum FirstOutput {
    /** A picture that is not finished. */
    PREVIEW,
    /** A token of a text. */
    TOKEN
}
