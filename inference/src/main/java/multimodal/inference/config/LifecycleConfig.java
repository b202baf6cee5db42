package multimodal.inference.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** When models come into memory and leave it; under {@code inference.lifecycle}. */
public interface LifecycleConfig {

    /**
     * Whether models are loaded before the service takes calls. Without, the start is quick, and the first call of each model
     * waits for it to load.
     */
    @WithDefault("true")
    boolean loadAtStart();

    /**
     * How long a model may be unused before it leaves memory; the next call that wants it waits for it to load again. More
     * than zero. Short times give memory back early and make more calls wait. Without it models stay.
     */
    Optional<Duration> idleTimeout();

    /**
     * MiB that all models in memory may take together, 1 or more, told from their files with weights as float32. What is
     * needed beyond that is taken from the least recently used model that no call uses; if there is none, the call is refused
     * with the delay after which to try again. A model that does not fit alone does not load. A new version is loaded beside
     * the old one and needs room beside it. Without it there is no limit.
     */
    OptionalLong memoryBudgetMib();

    /**
     * How often the repository is looked at for new models and versions, more than zero. What is new and the newest of its name
     * is loaded beside the old version and then takes its place. Without it only {@code LoadModel} and a start do that.
     */
    Optional<Duration> watchInterval();

    /**
     * Whether {@code LoadModel} and {@code UnloadModel} of {@code multimodal.common.v1.ModelService} may be called. Without,
     * they are answered with {@code PERMISSION_DENIED}; listing and watching stay. Switch it off where callers are not trusted.
     */
    @WithDefault("true")
    boolean allowChanges();
}
