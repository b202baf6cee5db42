package multimodal.clip.testing;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.batching.Phase;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.telemetry.MetricNames;

/** The models of a repository, loaded on one engine. */
public final class EmbeddedModels implements AutoCloseable {

    private final InferenceRuntime runtime;
    private final MeterRegistry meters;

    private EmbeddedModels(InferenceRuntime runtime, MeterRegistry meters) {
        this.runtime = runtime;
        this.meters = meters;
    }

    /** Loads the models that ship for {@code tasks} on {@code engine}. */
    public static EmbeddedModels load(String engine, String... tasks) {
        return load(engine, root().resolve("models/repository"), tasks);
    }

    /** Loads tiny random checkpoints, exported as real ones are, for {@code tasks} on {@code engine}. */
    public static EmbeddedModels loadRandom(String engine, String... tasks) {
        return load(engine, root().resolve("models/golden/repository"), tasks);
    }

    private static EmbeddedModels load(String engine, Path repository, String... tasks) {
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .withMapping(InferenceConfig.class)
                .withDefaultValue("inference.repository", repository.toString())
                .withDefaultValue("inference.engine", engine)
                .build();
        MeterRegistry meters = new SimpleMeterRegistry();
        InferenceRuntime runtime =
                InferenceRuntime.open(config.getConfigMapping(InferenceConfig.class), OpenTelemetry.noop(), meters);
        runtime.load(Set.of(tasks));
        return new EmbeddedModels(runtime, meters);
    }

    /** The model of a task. */
    public ModelHandle model(String task) {
        return runtime.registry().find(task, Optional.empty(), Optional.empty());
    }

    /** Engine calls of a phase so far. */
    public long calls(Phase phase) {
        return meters
                .find(MetricNames.ENGINE_TIME)
                .tag(MetricNames.PHASE, phase.name().toLowerCase(Locale.ROOT))
                .timers()
                .stream()
                .mapToLong(Timer::count)
                .sum();
    }

    /** A picture that goldens were made from; {@code file} as their cases name it. */
    public static byte[] goldenPicture(String file) {
        try {
            return Files.readAllBytes(root().resolve("models/golden").resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        runtime.close();
    }

    private static Path root() {
        return Path.of(System.getProperty("fleet.root"));
    }
}
