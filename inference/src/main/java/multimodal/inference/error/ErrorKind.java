package multimodal.inference.error;

/** What went wrong, in terms of whose fault it is and what the caller can do. The edge maps each kind to one status. */
public enum ErrorKind {
    /** The request is wrong and will be wrong again. */
    INVALID_INPUT,
    /** A model, version or other named thing does not exist here. */
    NOT_FOUND,
    /** No room now; the same request will do after the retry delay. */
    OVERLOADED,
    /** The caller went away. */
    CANCELLED,
    /** The caller's deadline passed, or cannot be met. */
    DEADLINE_EXCEEDED,
    /** The service is loading, draining or broken; another instance may do. */
    UNAVAILABLE,
    /** The model repository or the configuration is wrong: an operator must mend it. */
    MISCONFIGURED,
    /** A bug. The text is for the log only. */
    INTERNAL
}
