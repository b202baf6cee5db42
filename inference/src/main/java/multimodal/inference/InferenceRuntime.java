package multimodal.inference;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import multimodal.inference.config.BatchingConfig;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.config.LifecycleConfig;
import multimodal.inference.engine.DjlTokenizer;
import multimodal.inference.engine.EngineOptions;
import multimodal.inference.engine.EngineSelector;
import multimodal.inference.lifecycle.LifecycleSettings;
import multimodal.inference.lifecycle.ModelLoader;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelSettings;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.telemetry.InferenceTelemetry;
import org.jboss.logging.Logger;

/** The library as a service uses it: everything put together from the configuration. The only class that wires. */
public final class InferenceRuntime implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(InferenceRuntime.class);

    /** Idle models leave at most a fifth of the timeout too late. */
    private static final int LOOKS_PER_IDLE_TIMEOUT = 5;

    private static final long BYTES_PER_MIB = 1 << 20;

    private final EngineSelector engines;
    private final ModelRegistry registry;
    private final InferenceConfig config;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "model-timer");
        thread.setDaemon(true);
        return thread;
    });

    private InferenceRuntime(EngineSelector engines, ModelRegistry registry, InferenceConfig config) {
        this.engines = engines;
        this.registry = registry;
        this.config = config;
    }

    /**
     * Puts repository, engines, registry and telemetry together; loads nothing yet.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} if a folder of the repository does not
     *     exist or the engine is none
     */
    public static InferenceRuntime open(InferenceConfig config, OpenTelemetry openTelemetry, MeterRegistry meters) {
        InferenceTelemetry telemetry = new InferenceTelemetry(openTelemetry, meters);
        EngineSelector engines = EngineSelector.create(config.engine(), engineOptions(config));
        ModelLoader loader = new ModelLoader(
                engines::select,
                DjlTokenizer::load,
                settings(config),
                telemetry.batches(),
                telemetry.admission(),
                System::nanoTime);
        ModelRegistry registry = new ModelRegistry(new ModelRepository(config.repository()), loader, lifecycle(config));
        registry.addListener(telemetry.models());
        return new InferenceRuntime(engines, registry, config);
    }

    /**
     * Loads and warms up the models of the given tasks, and says in one line which engines they run on; from then on looks for
     * idle models and new versions as the configuration says.
     */
    public void load(Set<String> tasks) {
        registry.load(tasks);
        LifecycleConfig lifecycle = config.lifecycle();
        lifecycle
                .idleTimeout()
                .ifPresent(timeout -> every(timeout.dividedBy(LOOKS_PER_IDLE_TIMEOUT), registry::unloadIdle));
        lifecycle.watchInterval().ifPresent(interval -> every(interval, registry::takeUpNew));
        LOG.infof("models ready: %s; engines: %s", registry.ready(), engines.selfCheck());
    }

    public ModelRegistry registry() {
        return registry;
    }

    /** Admits nothing more, lets what was admitted finish within {@code inference.drain-timeout}, gives all memory back. */
    @Override
    public void close() {
        timer.shutdownNow();
        registry.drain(config.drainTimeout());
    }

    private void every(Duration interval, Runnable work) {
        Runnable guarded = () -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.warnf("the models could not be looked after: %s", e.getMessage());
            }
        };
        timer.scheduleWithFixedDelay(guarded, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
    }

    private static EngineOptions engineOptions(InferenceConfig config) {
        EngineOptions options = new EngineOptions(config.threads(), config.device());
        return config.onnxruntimeProvider().map(options::withProvider).orElse(options);
    }

    private static LifecycleSettings lifecycle(InferenceConfig config) {
        LifecycleConfig lifecycle = config.lifecycle();
        return new LifecycleSettings(
                lifecycle.loadAtStart(),
                lifecycle.idleTimeout(),
                lifecycle.memoryBudgetMib().isPresent()
                        ? Math.multiplyExact(lifecycle.memoryBudgetMib().getAsLong(), BYTES_PER_MIB)
                        : Long.MAX_VALUE,
                config.drainTimeout());
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
