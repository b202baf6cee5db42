package multimodal.image.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.UnClipModel;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.engine.Device;
import multimodal.inference.engine.DjlTokenizer;
import multimodal.inference.engine.EngineOptions;
import multimodal.inference.engine.EngineSelector;
import multimodal.inference.lifecycle.ModelLoader;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelSettings;
import multimodal.inference.repository.ModelRepository;

/** The text-to-image models and ControlNets of a repository on one engine, behind real batchers of the size that the manifest allows. */
public final class ShippedModel implements AutoCloseable {

    private static final ModelSettings SETTINGS =
            new ModelSettings(16, 4, Duration.ZERO, Duration.ofMillis(2), 1024, 100_000);

    /** Whatever is timed later seems to take less; calibration times larger batches after smaller ones, so they seem to pay. */
    private static final class QuickeningClock implements LongSupplier {

        private long nanos;
        private long next = 1L << 32;

        @Override
        public synchronized long getAsLong() {
            nanos += next;
            next -= (next + 63) / 64; // as much even where it is small, as it is after tens of artifacts
            return nanos;
        }
    }

    private final ModelRegistry registry;

    private ShippedModel(ModelRegistry registry) {
        this.registry = registry;
    }

    /** Loads it on {@code engine}: {@code onnxruntime} or {@code pytorch}. */
    public static ShippedModel open(String engine) {
        return open(engine, BatchListener.NONE);
    }

    /** Loads that of another repository on {@code engine}. */
    public static ShippedModel open(String engine, Path repository) {
        return open(engine, repository, BatchListener.NONE);
    }

    /** Loads it on {@code engine}; {@code listener} hears of its batches. */
    public static ShippedModel open(String engine, BatchListener listener) {
        return open(engine, repository(), listener);
    }

    /** Loads those of another repository on {@code engine}; {@code listener} hears of their batches. */
    public static ShippedModel open(String engine, Path repository, BatchListener listener) {
        return open(engine, 1, repository, listener);
    }

    /** The same with {@code threads} in each call, or in several calls at once. */
    public static ShippedModel open(String engine, int threads, Path repository, BatchListener listener) {
        EngineSelector engines = EngineSelector.create(Optional.of(engine), new EngineOptions(threads, Device.CPU));
        ModelLoader loader = new ModelLoader(
                engines::select, DjlTokenizer::load, SETTINGS, listener, AdmissionListener.NONE, new QuickeningClock());
        ModelRegistry registry = new ModelRegistry(new ModelRepository(List.of(repository)), loader);
        registry.load(Set.of(DiffusionModel.TASK, ControlNet.TASK, UnClipModel.TASK));
        return new ShippedModel(registry);
    }

    /** Where the models are: {@code <fleet.root>/models/repository}, unless {@code inference.repository} says otherwise. */
    public static Path repository() {
        String chosen = System.getProperty("inference.repository");
        return chosen == null ? Path.of(System.getProperty("fleet.root"), "models", "repository") : Path.of(chosen);
    }

    public DiffusionModel model() {
        return DiffusionModel.of(registry.find(DiffusionModel.TASK, Optional.empty(), Optional.empty()));
    }

    /** The text-to-image model of that name. */
    public DiffusionModel model(String name) {
        return DiffusionModel.of(registry.find(DiffusionModel.TASK, Optional.of(name), Optional.empty()));
    }

    /** The ControlNet of that name. */
    public ControlNet controlNet(String name) {
        return ControlNet.of(registry.find(ControlNet.TASK, Optional.of(name), Optional.empty()));
    }

    /** All ControlNets of the repository. */
    public List<ControlNet> controlNets() {
        return names(ControlNet.TASK).map(this::controlNet).toList();
    }

    /** The unCLIP model of that name. */
    public UnClipModel unClipModel(String name) {
        return UnClipModel.of(registry.find(UnClipModel.TASK, Optional.of(name), Optional.empty()));
    }

    /** All unCLIP models of the repository. */
    public List<UnClipModel> unClipModels() {
        return names(UnClipModel.TASK).map(this::unClipModel).toList();
    }

    private Stream<String> names(String task) {
        return registry.statuses().stream()
                .filter(status -> status.task().equals(task))
                .map(status -> status.model().name());
    }

    /** Tiny random checkpoints, exported: {@code models/golden/repository}. */
    public static Path goldenRepository() {
        return Path.of(System.getProperty("fleet.root"), "models", "golden", "repository");
    }

    @Override
    public void close() {
        registry.close();
    }
}
