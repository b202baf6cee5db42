package multimodal.clip;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much the service takes on at once. */
@ConfigMapping(prefix = "clip")
public interface ClipConfig {

    /**
     * Calls that run at once, 1 or more. Each holds a thread that mostly waits for its place in a batch: fewer make smaller
     * batches, more hold more requests in memory.
     */
    @WithDefault("64")
    int callThreads();

    /** Calls that wait for a thread, 1 or more; beyond them calls are answered with {@code RESOURCE_EXHAUSTED}. */
    @WithDefault("256")
    int callQueue();

    /** Pictures that are decoded at once, 1 or more; each may take 200 MB while it is. */
    @WithDefault("2")
    int pictureDecoders();
}
