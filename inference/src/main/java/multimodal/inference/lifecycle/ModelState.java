package multimodal.inference.lifecycle;

/** Where a model is in its life. Each only goes forward. */
public enum ModelState {
    /** Files are checked, graphs loaded and warmed up. */
    LOADING,
    /** It can be found and admits work. */
    READY,
    /** It admits nothing; what was admitted runs to its end. */
    DRAINING,
    /** Its native memory has been given back, or it could not be loaded. */
    CLOSED
}
