package multimodal.inference.lifecycle;

/** Where a model is in its life. */
public enum ModelState {
    /** Files are checked, graphs loaded and warmed up; requests go elsewhere meanwhile. */
    LOADING,
    /** It can be found and admits work. */
    READY,
    /** It can not be found any more; what uses it runs to its end. */
    DRAINING,
    /** Not in memory for now; the first request that means it has it loaded, and waits. */
    STANDBY,
    /** As {@link #LOADING}, but requests wait for it, since it came from {@link #STANDBY}. */
    WAKING,
    /** Its native memory has been given back, or it was never loaded. */
    CLOSED,
    /** It does not load. */
    FAILED;

    /** Whether a request that means a model in this state is served, now or once it has been loaded. */
    public boolean isServable() {
        return this == READY || this == STANDBY || this == WAKING;
    }
}
