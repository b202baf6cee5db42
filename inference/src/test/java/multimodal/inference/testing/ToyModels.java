package multimodal.inference.testing;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.BatchListener;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.LifecycleSettings;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.lifecycle.ModelLoader;
import multimodal.inference.lifecycle.ModelRegistry;
import multimodal.inference.lifecycle.ModelSettings;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.ModelRepository;
import multimodal.inference.tensor.Tensor;

/**
 * Registries over a {@link ToyRepository} whose models answer {@code y = x + version}, and what they did: loads, unloads and
 * a clock that the test moves.
 */
public final class ToyModels {

    /** The task of all toys, unless a test writes others. */
    public static final String TASK = "adding";

    public final ManualTicker clock = new ManualTicker();

    /** {@code <name>/<version> loaded} and {@code … closed}, in order. */
    public final List<String> moves = new CopyOnWriteArrayList<>();

    /** Runs before a model is loaded, on the loading thread; may wait, and may throw. */
    public final AtomicReference<Runnable> beforeLoad = new AtomicReference<>(() -> {});

    private final Path root;

    public ToyModels(Path root) {
        this.root = root;
    }

    /** Adds a model. */
    public void write(String name, String version) {
        ToyRepository.write(root, name, version, TASK);
    }

    /** A registry that has taken nothing on yet. */
    public ModelRegistry registry(LifecycleSettings settings) {
        ModelLoader loader = new ModelLoader(
                (manifest, artifact) -> new ToyEngine(manifest, this),
                (manifest, spec) -> {
                    throw new AssertionError("toy models have no tokenizer");
                },
                new ModelSettings(16, 4, Duration.ZERO, Duration.ZERO, 1000, 1000),
                BatchListener.NONE,
                AdmissionListener.NONE,
                clock);
        return new ModelRegistry(new ModelRepository(List.of(root)), loader, settings);
    }

    /** What the default model of the task makes of 0: its version; the use of the model ends with the call. */
    public static float ask(ModelRegistry registry) {
        try (ModelHandle model = registry.find(TASK, Optional.empty(), Optional.empty())) {
            return run(model);
        }
    }

    /** What a model makes of 0. */
    public static float run(ModelHandle model) {
        try (Permit permit = model.admit(RequestContext.detached(), Cost.of("adder", 1))) {
            Map<String, Tensor> inputs = Map.of("x", Tensor.of(new float[1], 1, 1));
            return model.run(permit, "adder", inputs).get("y").floats()[0];
        }
    }

    static float version(ModelManifest manifest) {
        return Float.parseFloat(manifest.id().version());
    }
}
