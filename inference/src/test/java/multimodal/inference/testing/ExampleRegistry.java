package multimodal.inference.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.engine.Device;
import multimodal.inference.engine.DjlTokenizer;
import multimodal.inference.engine.EngineOptions;
import multimodal.inference.engine.EngineSelector;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.lifecycle.ModelLoader;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelSettings;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.tensor.Tensor;

/** The example of {@code docs/model-repository.md} on a real engine, as a registry serves it. */
public final class ExampleRegistry {

    /** The example's task. */
    public static final String TASK = "example";

    private static final ModelSettings SETTINGS = new ModelSettings(4, 4, Duration.ZERO, Duration.ZERO, 1000, 1000);
    private static final Duration TICK = Duration.ofSeconds(1);

    private ExampleRegistry() {}

    /** An empty registry over {@code root}. Its clock makes every call seem long, so that calibration is short. */
    public static ModelRegistry open(String engine, Path root) {
        EngineSelector engines = EngineSelector.create(Optional.of(engine), new EngineOptions(1, Device.CPU));
        AtomicLong clock = new AtomicLong();
        ModelLoader loader = new ModelLoader(
                engines::select,
                DjlTokenizer::load,
                SETTINGS,
                BatchListener.NONE,
                AdmissionListener.NONE,
                () -> clock.addAndGet(TICK.toNanos()));
        return new ModelRegistry(new ModelRepository(List.of(root)), loader);
    }

    /** Runs the example once, from finding it to letting go of it, and answers the version that did it. */
    public static String ask(ModelRegistry registry) {
        try (ModelHandle model = registry.find(TASK, Optional.empty(), Optional.empty());
                Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 1))) {
            Map<String, Tensor> inputs =
                    Map.of("values", Tensor.of(new float[16], 1, 16), "index", Tensor.of(new long[1], 1));
            model.run(permit, "mixer", inputs);
            return model.manifest().id().version();
        }
    }
}
