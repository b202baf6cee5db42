package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.util.Utils;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtTensorRTProviderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.Precision;

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
     * @throws InferenceException {@code MISCONFIGURED} if its natives do not load, or do not have the provider that is asked for
     */
    static OnnxRuntimeEngine open(EngineOptions options) {
        // Otherwise DJL loads libtorch beside it, for array operations that nobody here asks of it.
        System.setProperty("ai.djl.onnx.disable_alternative", "true");
        OnnxProvider provider = options.onnxProvider();
        if (provider != OnnxProvider.CPU && options.device() == Device.CPU) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "onnxruntime: provider: %s (expected: cpu, for the device is cpu)"
                            .formatted(manifestName(provider)));
        }
        Device device = provider == OnnxProvider.CPU ? Device.CPU : Device.CUDA;
        if (device == Device.CPU) {
            // DJL asks for CUDA even so, to find out the device of its first array, and warns that there is none.
            // Nothing
            // else is logged there, and for the device cuda it stays.
            DJL_LOGGER.setLevel(Level.SEVERE);
        }
        ai.djl.engine.Engine engine = DjlRuntime.load(DJL_NAME, Device.CPU);
        requireProvider(provider);
        return new OnnxRuntimeEngine(
                device == Device.CPU ? engine : DjlRuntime.open(DJL_NAME, device), options.withDevice(device));
    }

    private static void requireProvider(OnnxProvider provider) {
        Set<OrtProvider> built = OrtEnvironment.getAvailableProviders();
        if (!built.contains(OrtProvider.valueOf(provider == OnnxProvider.TENSORRT ? "TENSOR_RT" : provider.name()))) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED,
                    "onnxruntime: provider: %s (expected: one that its libraries have: %s; cure: build with -Pcuda)"
                            .formatted(
                                    manifestName(provider),
                                    built.stream()
                                            .map(each -> each.name().toLowerCase(Locale.ROOT))
                                            .sorted()
                                            .toList()));
        }
    }

    private static String manifestName(OnnxProvider provider) {
        return provider.name().toLowerCase(Locale.ROOT);
    }

    /** As the libraries tell it: DJL tells the version that it was made with. */
    @Override
    String version() {
        return OrtEnvironment.getEnvironment().getVersion();
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

    /**
     * {@inheritDoc}
     *
     * <p>Within a call the threads wait for one another at every operator; a second call has work for whoever waits. Both use
     * the same threads and the same weights.
     */
    @Override
    public int callsAtOnce() {
        return options().device() == Device.CPU && options().threads() > 1 ? 2 : 1;
    }

    @Override
    void load(Model model, Path file, Precision precision) throws IOException, MalformedModelException {
        Map<String, Object> settings = new HashMap<>(Map.of(
                "intraOpNumThreads", Integer.toString(options().threads()),
                "interOpNumThreads", "1",
                "executionMode", "SEQUENTIAL"));
        try (SessionOptions session = new SessionOptions()) {
            // Idle threads of a call would turn in place, and keep the cores from whoever has work: other calls, the
            // services beside it, the client of a benchmark.
            session.addConfigEntry("session.intra_op.allow_spinning", "0");
            settings.put("sessionOptions", session);
            if (options().onnxProvider() == OnnxProvider.TENSORRT) {
                loadForTensorRt(model, file, settings, session, precision);
            } else {
                model.load(file, null, settings);
            }
        } catch (OrtException e) {
            throw new MalformedModelException("ONNX Runtime: " + e.getMessage(), e);
        }
    }

    /** DJL adds CUDA after it, for what TensorRT cannot run. */
    private static void loadForTensorRt(
            Model model, Path file, Map<String, Object> settings, SessionOptions session, Precision precision)
            throws IOException, MalformedModelException, OrtException {
        try (OrtTensorRTProviderOptions tensorRt = tensorRtOptions(precision)) {
            session.addTensorrt(tensorRt);
            model.load(file, null, settings);
        }
    }

    /** Engines are built at the first call of a shape, which takes minutes, and kept. */
    private static OrtTensorRTProviderOptions tensorRtOptions(Precision precision) throws IOException, OrtException {
        Path cache = Utils.getEngineCacheDir(NAME).resolve("tensorrt");
        Files.createDirectories(cache);
        OrtTensorRTProviderOptions tensorRt = new OrtTensorRTProviderOptions(0);
        tensorRt.add("trt_engine_cache_enable", "1");
        tensorRt.add("trt_engine_cache_path", cache.toString());
        tensorRt.add("trt_timing_cache_enable", "1");
        tensorRt.add("trt_fp16_enable", precision == Precision.FLOAT16 ? "1" : "0");
        return tensorRt;
    }
}
