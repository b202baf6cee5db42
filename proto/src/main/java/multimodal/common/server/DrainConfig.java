package multimodal.common.server;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How a service leaves. The chart's {@code terminationGracePeriodSeconds} is longer than both times together. */
@ConfigMapping(prefix = "fleet.drain")
public interface DrainConfig {
    /** Time between {@code NOT_SERVING} and the refusal of new calls, for balancers to notice. Zero or more. */
    @WithDefault("0S")
    Duration quietPeriod();

    /** Longest time that calls in flight get to finish. Zero or more; what still runs then is cut off. */
    @WithDefault("20S")
    Duration timeout();
}
