package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** ONNX graphs, whose weights lie outside them in {@code weights.safetensors} and are read from there. */
final class OnnxRuntimeEngine extends DjlEngine {

    static final String NAME = "onnxruntime";
    static final String DJL_NAME = "OnnxRuntime";

    /** Held, for the log manager forgets the level of a logger that nobody holds. */
    private static final Logger DJL_LOGGER = Logger.getLogger("ai.djl.onnxruntime.engine.OrtEngine");

    private OnnxRuntimeEngine(ai.djl.engine.Engine engine, EngineOptions options) {
        super(NAME, engine, options, DjlGraph.Matching.BY_NAME);
    }

    /**
     * Loads the runtime.
     *
     * @throws multimodal.inference.error.InferenceException {@code MISCONFIGURED} if its natives do not load, or have no CUDA
     *     where that is asked for
     */
    static OnnxRuntimeEngine open(EngineOptions options) {
        // Otherwise DJL loads libtorch beside it, for array operations that nobody here asks of it.
        System.setProperty("ai.djl.onnx.disable_alternative", "true");
        if (options.device() == Device.CPU) {
            // DJL asks for CUDA even so, to find out the device of its first array, and warns that there is none.
            // Nothing
            // else is logged there, and for the device cuda it stays.
            DJL_LOGGER.setLevel(Level.SEVERE);
        }
        return new OnnxRuntimeEngine(DjlRuntime.open(DJL_NAME, options.device()), options);
    }

    /**
     * {@inheritDoc}
     *
     * <p>On the CPU a row is computed by the same kernels in the same order whatever stands beside it; the tests compare bits
     * at 1, 2, 4 and 8 rows. CUDA kernels are chosen by size, so there it does not hold.
     */
    @Override
    public boolean isBatchInvariant() {
        return options().device() == Device.CPU;
    }

    @Override
    void load(Model model, Path file) throws IOException, MalformedModelException {
        Map<String, String> session = Map.of(
                "intraOpNumThreads", Integer.toString(options().threads()),
                "interOpNumThreads", "1",
                "executionMode", "SEQUENTIAL");
        model.load(file, null, session);
    }
}
