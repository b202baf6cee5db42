package multimodal.inference.engine;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.util.Utils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ArtifactSpec;
import multimodal.inference.repository.GraphSpec;
import multimodal.inference.repository.ModelManifest;
import multimodal.inference.repository.Precision;
import multimodal.inference.tensor.Shape;
import org.jboss.logging.Logger;

/**
 * ONNX graphs, and plans that somebody has built from them, on an NVIDIA GPU. DJL's TensorRT takes no free extents, so a plan is
 * built for every shape of the inputs when it first comes (decision 0011).
 */
final class TensorRtEngine implements Engine {

    static final String NAME = "tensorrt";
    static final String DJL_NAME = "TensorRT";

    private static final Logger LOG = Logger.getLogger(TensorRtEngine.class);
    private static final Path DRIVER = Path.of("/proc/driver/nvidia/gpus");

    private final ai.djl.engine.Engine engine;
    private final TensorRtPlans plans;
    private final Optional<Trtexec> builder;

    private TensorRtEngine(ai.djl.engine.Engine engine, TensorRtPlans plans, Optional<Trtexec> builder) {
        this.engine = engine;
        this.plans = plans;
        this.builder = builder;
    }

    /**
     * Loads the runtime.
     *
     * @throws InferenceException {@code MISCONFIGURED}, in one line, if the device is not {@code cuda}, there is no GPU or a
     *     library is missing
     */
    static TensorRtEngine open(EngineOptions options) {
        if (options.device() == Device.CPU) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, "tensorrt: device: cpu (expected: cuda; TensorRT has no other)");
        }
        TensorRtNatives.find().check();
        ai.djl.engine.Engine engine = DjlRuntime.open(DJL_NAME, Device.CUDA);
        TensorRtPlans plans =
                new TensorRtPlans(Utils.getEngineCacheDir(NAME).resolve("plans"), engine.getVersion(), gpu());
        return new TensorRtEngine(engine, plans, Trtexec.find());
    }

    /**
     * Loads the libraries and asks them for their version, which needs no GPU.
     *
     * @return e.g. {@code 8.6.1}
     */
    static String libraryVersion() {
        return DjlRuntime.load(DJL_NAME, Device.CUDA).getVersion();
    }

    /** The GPU's compute capability, and its name where the driver tells: plans of another model are refused or slow. */
    private static String gpu() {
        String capability = CudaUtils.getComputeCapability(0);
        try (Stream<Path> files = Files.walk(DRIVER, 2)) {
            Optional<Path> information =
                    files.filter(file -> file.endsWith("information")).sorted().findFirst();
            return capability + (information.isPresent() ? " " + model(information.get()) : "");
        } catch (IOException e) {
            return capability;
        }
    }

    private static String model(Path information) throws IOException {
        return Files.readAllLines(information).stream()
                .filter(line -> line.startsWith("Model:"))
                .map(line -> line.substring("Model:".length()).strip())
                .findFirst()
                .orElse("");
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "tensorrt " + engine.getVersion() + " cuda"
                + (builder.isPresent() ? "" : ", without trtexec: plans are not kept");
    }

    /**
     * {@inheritDoc}
     *
     * <p>Tactics are chosen for each shape by their time.
     */
    @Override
    public boolean isBatchInvariant() {
        return false;
    }

    @Override
    public Graph load(ModelManifest manifest, ArtifactSpec artifact) {
        GraphSpec graph = Device.CUDA.graph(artifact.graphs().get(NAME));
        Path file = manifest.directory().resolve(graph.file());
        String label = manifest.id() + " " + graph.file();
        TensorRtGraph.Sessions sessions = graph.file().endsWith(".onnx")
                ? inputs -> told(label, () -> session(label, manifest, graph, inputs))
                : inputs -> told(label, () -> open(label, file, Precision.FLOAT32));
        return new TensorRtGraph(label, artifact, sessions);
    }

    private interface Loading {
        TensorRtSession load() throws IOException, MalformedModelException;
    }

    private static TensorRtSession told(String label, Loading loading) {
        try {
            return loading.load();
        } catch (IOException | MalformedModelException | EngineException e) {
            throw new InferenceException(
                    ErrorKind.MISCONFIGURED, label + ": does not load: " + DjlRuntime.rootCause(e), e);
        }
    }

    private TensorRtSession session(String label, ModelManifest manifest, GraphSpec graph, Map<String, Shape> inputs)
            throws IOException, MalformedModelException {
        Path plan = plans.file(manifest, graph, inputs);
        if (Files.exists(plan)) {
            try {
                return open(label, plan, graph.precision());
            } catch (EngineException e) {
                LOG.warnf("%s: %s does not load and is built anew: %s", label, plan, DjlRuntime.rootCause(e));
            }
        }
        Path fixed = TensorRtPlans.fixed(manifest.directory().resolve(graph.file()), inputs);
        try {
            if (builder.isEmpty()) {
                return open(label, fixed, graph.precision());
            }
            plans.keep(plan, unfinished -> builder.get().build(fixed, unfinished, graph.precision()));
            return open(label, plan, graph.precision());
        } finally {
            TensorRtPlans.discard(fixed);
        }
    }

    private TensorRtSession open(String label, Path file, Precision precision)
            throws IOException, MalformedModelException {
        Model model = engine.newModel(file.getFileName().toString(), Device.CUDA.toDjl());
        try {
            // Never null: DJL's TensorRT counts them.
            model.load(file, null, precision == Precision.FLOAT16 ? Map.of("fp16", "true") : Map.of());
            return new DjlTensorRtSession(label, model);
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw e;
        }
    }
}
