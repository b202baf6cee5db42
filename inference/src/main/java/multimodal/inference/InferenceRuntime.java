package multimodal.inference;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Set;
import multimodal.inference.config.BatchingConfig;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.engine.DjlTokenizer;
import multimodal.inference.engine.EngineOptions;
import multimodal.inference.engine.EngineSelector;
import multimodal.inference.lifecycle.ModelLoader;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelSettings;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.telemetry.InferenceTelemetry;
import org.jboss.logging.Logger;

/** The library as a service uses it: everything put together from the configuration. The only class that wires. */
public final class InferenceRuntime implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(InferenceRuntime.class);

    private final EngineSelector engines;
    private final ModelRegistry registry;
    private final Duration drainTimeout;

    private InferenceRuntime(EngineSelector engines, ModelRegistry registry, Duration drainTimeout) {
        this.engines = engines;
        this.registry = registry;
        this.drainTimeout = drainTimeout;
    }

    /**
     * Puts repository, engines, registry and telemetry together; loads nothing yet.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} if a folder of the repository does not
     *     exist or the engine is none
     */
    public static InferenceRuntime open(InferenceConfig config, OpenTelemetry openTelemetry, MeterRegistry meters) {
        InferenceTelemetry telemetry = new InferenceTelemetry(openTelemetry, meters);
        EngineSelector engines =
                EngineSelector.create(config.engine(), new EngineOptions(config.threads(), config.device()));
        ModelLoader loader = new ModelLoader(
                engines::select,
                DjlTokenizer::load,
                settings(config),
                telemetry.batches(),
                telemetry.admission(),
                System::nanoTime);
        ModelRegistry registry = new ModelRegistry(new ModelRepository(config.repository()), loader);
        registry.addListener(telemetry.models());
        return new InferenceRuntime(engines, registry, config.drainTimeout());
    }

    /** Loads and warms up the models of the given tasks, and says in one line which engines they run on. */
    public void load(Set<String> tasks) {
        registry.load(tasks);
        LOG.infof("models ready: %s; engines: %s", registry.ready(), engines.selfCheck());
    }

    public ModelRegistry registry() {
        return registry;
    }

    /** Admits nothing more, lets what was admitted finish within {@code inference.drain-timeout}, gives all memory back. */
    @Override
    public void close() {
        registry.drain(drainTimeout);
    }

    private static ModelSettings settings(InferenceConfig config) {
        BatchingConfig batching = config.batching();
        return new ModelSettings(
                batching.maxRows(),
                batching.fixedRows(),
                batching.maxDelay(),
                batching.maxWait(),
                batching.maxQueued(),
                config.admission().budget());
    }
}
