package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;

/** ONNX graphs, whose weights lie outside them in {@code weights.safetensors} and are read from there. */
final class OnnxRuntimeEngine implements Engine {

    static final String NAME = "onnxruntime";
    static final String DJL_NAME = "OnnxRuntime";

    private final ai.djl.engine.Engine engine;
    private final EngineOptions options;

    private OnnxRuntimeEngine(ai.djl.engine.Engine engine, EngineOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /**
     * Loads the runtime.
     *
     * @throws InferenceException {@code MISCONFIGURED} if its natives do not load
     */
    static OnnxRuntimeEngine open(EngineOptions options) {
        // Otherwise DJL loads libtorch beside it, for array operations that nobody here asks of it.
        System.setProperty("ai.djl.onnx.disable_alternative", "true");
        return new OnnxRuntimeEngine(DjlRuntime.open(DJL_NAME), options);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return NAME + " " + engine.getVersion() + " " + options;
    }

    /**
     * {@inheritDoc}
     *
     * <p>On the CPU a row is computed by the same kernels in the same order whatever stands beside it; the tests compare bits
     * at 1, 2, 4 and 8 rows. CUDA kernels are chosen by size, so there it does not hold.
     */
    @Override
    public boolean isBatchInvariant() {
        return options.device() == Device.CPU;
    }

    @Override
    public Graph load(ModelManifest manifest, ArtifactSpec artifact) {
        Path file = manifest.directory().resolve(artifact.graphs().get(NAME));
        String label = manifest.id() + " " + file.getFileName();
        Model model = DjlRuntime.newModel(artifact.name(), options, engine);
        try {
            model.load(file, null, sessionOptions());
            return new DjlGraph(label, artifact, model, DjlGraph.Matching.BY_NAME);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, label + ": does not load: " + DjlRuntime.rootCause(e), e);
        }
    }

    private Map<String, String> sessionOptions() {
        return Map.of(
                "intraOpNumThreads", Integer.toString(options.threads()),
                "interOpNumThreads", "1",
                "executionMode", "SEQUENTIAL");
    }
}
