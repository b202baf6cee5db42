package multimodal.bench;

import io.smallrye.config.SmallRyeConfigBuilder;
import multimodal.inference.config.InferenceConfig;

/** The configuration of {@code inference} where no service runs. */
final class ServedConfig {

    private ServedConfig() {}

    /** Read from the environment, as the services do. */
    static InferenceConfig read() {
        return new SmallRyeConfigBuilder()
                .addDefaultSources()
                .addDiscoveredConverters()
                .withMapping(InferenceConfig.class)
                .build()
                .getConfigMapping(InferenceConfig.class);
    }
}
