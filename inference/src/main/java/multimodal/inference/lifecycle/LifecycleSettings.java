package multimodal.inference.lifecycle;

import java.time.Duration;
import java.util.Optional;

/**
 * When models come into memory and leave it.
 *
 * @param loadsAtStart whether models are loaded before the first request asks for them
 * @param idleTimeout how long a model may be unused before it leaves memory until it is asked for; empty for ever
 * @param memoryBudgetBytes what all models in memory may take together, as {@link ModelMemory} estimates it
 * @param drainTimeout how long requests may go on with a model that is being unloaded
 */
public record LifecycleSettings(
        boolean loadsAtStart, Optional<Duration> idleTimeout, long memoryBudgetBytes, Duration drainTimeout) {

    /** Everything is loaded at start and stays; unloading gives requests a minute. */
    public static final LifecycleSettings DEFAULT =
            new LifecycleSettings(true, Optional.empty(), Long.MAX_VALUE, Duration.ofMinutes(1));
}
