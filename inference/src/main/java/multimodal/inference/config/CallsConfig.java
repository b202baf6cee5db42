package multimodal.inference.config;

import io.smallrye.config.WithDefault;

/** How many calls a service takes on; under {@code inference.calls}. */
public interface CallsConfig {

    /**
     * Calls that run at once, 1 or more. Each holds a thread that mostly waits for its place in a batch: fewer make smaller
     * batches, more hold more requests in memory.
     */
    @WithDefault("64")
    int threads();

    /** Calls that wait for a thread, 1 or more; beyond them calls are answered with {@code RESOURCE_EXHAUSTED}. */
    @WithDefault("256")
    int queueLength();
}
