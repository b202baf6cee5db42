package multimodal.inference.engine;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;

/**
 * Chooses the engine of each artifact and opens engines when they are first needed, once each. The fastest by the manifest's
 * measurements on this device comes first; where nothing was measured, on the CPU ONNX Runtime, on CUDA TensorRT, then PyTorch;
 * after these the order of the manifest. An engine whose natives do not load is passed over if the artifact has a graph for
 * another. Thread-safe.
 */
public final class EngineSelector {

    private static final List<String> PREFERRED_ON_CPU = List.of(OnnxRuntimeEngine.NAME);
    private static final List<String> PREFERRED_ON_CUDA = List.of(TensorRtEngine.NAME, PytorchEngine.NAME);

    private final Optional<String> override;
    private final Device device;
    private final List<String> preferred;
    private final Map<String, Offer> offers;
    private final Map<String, Engine> opened = new LinkedHashMap<>();
    private final Map<String, InferenceException> failed = new LinkedHashMap<>();

    /**
     * An engine that can be asked for.
     *
     * @param unopened what the self-check says as long as nobody has
     */
    record Offer(Supplier<Engine> opener, String unopened) {}

    /**
     * A selector among the engines of this library.
     *
     * @param override the one engine to use for everything, e.g. {@code pytorch}
     * @throws InferenceException {@code MISCONFIGURED} if {@code override} names no engine
     */
    public static EngineSelector create(Optional<String> override, EngineOptions options) {
        Map<String, Offer> offers = new LinkedHashMap<>();
        offers.put(OnnxRuntimeEngine.NAME, new Offer(() -> OnnxRuntimeEngine.open(options), "onnxruntime: not needed"));
        offers.put(
                PytorchEngine.NAME,
                new Offer(
                        () -> PytorchEngine.open(options), PytorchNatives.find().summary()));
        offers.put(
                TensorRtEngine.NAME,
                new Offer(
                        () -> TensorRtEngine.open(options),
                        TensorRtNatives.find().summary()));
        return new EngineSelector(override, options.device(), offers);
    }

    EngineSelector(Optional<String> override, Device device, Map<String, Offer> offers) {
        override.filter(name -> !offers.containsKey(name)).ifPresent(name -> {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "engine: %s (expected: one of %s)".formatted(name, String.join(", ", offers.keySet())));
        });
        this.override = override;
        this.device = device;
        this.preferred = device == Device.CPU ? PREFERRED_ON_CPU : PREFERRED_ON_CUDA;
        this.offers = offers;
    }

    /**
     * The engine that runs {@code artifact}, opened.
     *
     * @throws InferenceException {@code MISCONFIGURED} if no engine that the manifest offers can be had, with the reason and
     *     cure for each
     */
    public synchronized Engine select(ModelManifest manifest, ArtifactSpec artifact) {
        Set<String> candidates = candidates(manifest, artifact);
        for (String name : candidates) {
            Optional<Engine> engine = open(name);
            if (engine.isPresent()) {
                return engine.get();
            }
        }
        String reasons =
                candidates.stream().map(name -> failed.get(name).getMessage()).collect(Collectors.joining("; "));
        throw new InferenceException(
                ErrorKind.MISCONFIGURED, "%s %s: no engine: %s".formatted(manifest.id(), artifact.name(), reasons));
    }

    private Set<String> candidates(ModelManifest manifest, ArtifactSpec artifact) {
        Set<String> offered = artifact.graphs().keySet();
        if (override.isPresent()) {
            if (!offered.contains(override.get())) {
                throw new InferenceException(
                        ErrorKind.MISCONFIGURED,
                        "%s %s: engine: %s (expected: one that the manifest has a graph for: %s)"
                                .formatted(manifest.id(), artifact.name(), override.get(), String.join(", ", offered)));
            }
            return Set.of(override.get());
        }
        Set<String> ordered = new LinkedHashSet<>(fastestFirst(artifact));
        ordered.addAll(preferred);
        ordered.retainAll(offered);
        ordered.addAll(offered);
        return ordered;
    }

    private List<String> fastestFirst(ArtifactSpec artifact) {
        return artifact.milliseconds().getOrDefault(device.toString(), Map.of()).entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .toList();
    }

    private Optional<Engine> open(String name) {
        if (!opened.containsKey(name) && !failed.containsKey(name)) {
            try {
                opened.put(name, offers.get(name).opener().get());
            } catch (InferenceException e) {
                failed.put(name, e);
            }
        }
        return Optional.ofNullable(opened.get(name));
    }

    /**
     * One line about every engine: version, device and threads if it has been opened, else what there is of it or why there is
     * none. Engines that no model has needed are not opened for its sake.
     */
    public synchronized String selfCheck() {
        return offers.keySet().stream().map(this::check).collect(Collectors.joining("; "));
    }

    private String check(String name) {
        if (opened.containsKey(name)) {
            return opened.get(name).description();
        }
        return failed.containsKey(name)
                ? failed.get(name).getMessage()
                : offers.get(name).unopened();
    }
}
