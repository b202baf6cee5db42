package multimodal.inference.config;

import io.smallrye.config.WithDefault;

/** How many calls a service takes on; under {@code inference.calls}. */
public interface CallsConfig {

    /**
     * Calls that run at once, 1 or more. Each holds a thread that mostly waits for its place in a batch: fewer make smaller
     * batches, more hold more requests in memory. A call comes to the door of its model ({@code inference.admission}) when it
     * has a thread; where there are more threads than that lets in, refusals are immediate. 1 does one call after the other.
     */
    @WithDefault("256")
    int threads();

    /** Calls that wait for a thread, 1 or more; beyond them calls are answered with {@code RESOURCE_EXHAUSTED}. */
    @WithDefault("64")
    int queueLength();
}
