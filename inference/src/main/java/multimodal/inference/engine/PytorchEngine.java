package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.ModelManifest;

/** TorchScript graphs, completed with their weights when they are loaded, run without gradients. */
final class PytorchEngine implements Engine {

    static final String NAME = "pytorch";
    static final String DJL_NAME = "PyTorch";
    /** Tells whose a completed graph is that a killed process left behind. */
    static final String TEMPORARY_PREFIX = "graph-" + ProcessHandle.current().pid() + "-";

    private final ai.djl.engine.Engine engine;
    private final EngineOptions options;

    private PytorchEngine(ai.djl.engine.Engine engine, EngineOptions options) {
        this.engine = engine;
        this.options = options;
    }

    /**
     * Loads libtorch.
     *
     * @throws InferenceException {@code MISCONFIGURED} if it does not load, or has no CUDA where that is asked for
     */
    static PytorchEngine open(EngineOptions options) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(options.threads()));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        ai.djl.engine.Engine engine = DjlRuntime.open(DJL_NAME);
        if (options.device() == Device.CUDA && engine.getGpuCount() == 0) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, "pytorch: device: cuda (expected: cpu, for no NVIDIA GPU is in sight)");
        }
        return new PytorchEngine(engine, options);
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
     * <p>Not so for libtorch: oneDNN and MKL choose their blocking by the whole shape of an operation, the number of rows
     * included, and another blocking adds the same numbers in another order. At one fixed shape it is deterministic, and a
     * row does not feel what stands in the others.
     */
    @Override
    public boolean isBatchInvariant() {
        return false;
    }

    @Override
    public Graph load(ModelManifest manifest, ArtifactSpec artifact) {
        Path file = manifest.directory().resolve(artifact.graphs().get(NAME));
        String label = manifest.id() + " " + file.getFileName();
        Model model = DjlRuntime.newModel(artifact.name(), options, engine);
        try {
            loadCompleted(model, file);
            return new DjlGraph(label, artifact, model, DjlGraph.Matching.BY_POSITION);
        } catch (IOException | MalformedModelException | EngineException e) {
            model.close();
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, label + ": does not load: " + DjlRuntime.rootCause(e), e);
        } catch (InferenceException e) {
            model.close();
            throw e;
        }
    }

    // By a file and not by a stream: libtorch would hold a streamed archive three times over while it reads it.
    private static void loadCompleted(Model model, Path file) throws IOException, MalformedModelException {
        Path completed = Files.createTempFile(TEMPORARY_PREFIX, ".pt");
        try {
            TorchScriptAssembler.assemble(file, completed);
            model.load(completed);
        } finally {
            Files.delete(completed);
        }
    }
}
