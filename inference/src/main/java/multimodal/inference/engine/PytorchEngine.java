package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import multimodal.inference.repository.Precision;

/** TorchScript graphs, completed with their weights when they are loaded, run without gradients. */
final class PytorchEngine extends DjlEngine {

    static final String NAME = "pytorch";
    static final String DJL_NAME = "PyTorch";
    /** Tells whose a completed graph is that a killed process left behind. */
    static final String TEMPORARY_PREFIX = "graph-" + ProcessHandle.current().pid() + "-";
    /** Else tensors of which tracing made constants stay on the CPU: parameters alone are moved after loading. */
    private static final Map<String, String> TO_ITS_DEVICE = Map.of("mapLocation", "true");

    private final Device device;

    private PytorchEngine(ai.djl.engine.Engine engine, EngineOptions options) {
        super(NAME, engine, options, DjlGraph.Matching.BY_POSITION);
        device = options.device();
    }

    /**
     * Loads libtorch.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} if it does not load, or has no CUDA where that is asked for
     */
    static PytorchEngine open(EngineOptions options) {
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(options.threads()));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        PytorchNatives.find().check();
        return new PytorchEngine(DjlRuntime.open(DJL_NAME, options.device()), options);
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

    // By a file and not by a stream: libtorch would hold a streamed archive three times over while it reads it.
    @Override
    void load(Model model, Path file, Precision precision) throws IOException, MalformedModelException {
        Path completed = Files.createTempFile(TEMPORARY_PREFIX, ".pt");
        try {
            TorchScriptAssembler.assemble(file, completed, device);
            model.load(completed, null, TO_ITS_DEVICE);
        } finally {
            Files.delete(completed);
        }
    }
}
