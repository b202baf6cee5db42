package multimodal.inference.decoding;

/** Why a text ends. */
public enum FinishReason {
    /** The model ended it. */
    END,
    /** The limit of tokens was reached. */
    LENGTH,
    /** A stop text appeared. */
    STOP_TEXT
}
