package multimodal.inference.config;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import multimodal.inference.engine.Device;
import multimodal.inference.engine.OnnxProvider;

/** How a process finds and runs its models. Each property can be set by the environment too: {@code INFERENCE_ENGINE}. */
@ConfigMapping(prefix = "inference")
public interface InferenceConfig {

    /**
     * Folders of models, {@code <name>/<version>/model.yaml} in each, searched in order; a model and version that an earlier
     * folder has hides that of a later one. A folder that does not exist stops the start.
     */
    @WithDefault("models/repository")
    List<Path> repository();

    /**
     * The one engine for everything: {@code onnxruntime}, {@code pytorch} or {@code tensorrt}. Without it each artifact gets
     * the fastest that the manifest and the device allow. A model without a graph for it does not load.
     */
    Optional<String> engine();

    /** Where graphs run: {@code cpu} or {@code cuda}. With {@code cuda} and no GPU in sight no model loads. */
    @WithDefault("cpu")
    Device device();

    /**
     * What ONNX Runtime hands graphs to: {@code cpu}, {@code cuda}, or {@code tensorrt} with {@code cuda} for what that cannot
     * run. Without it the device decides. One that its libraries do not have stops the load of its models.
     */
    Optional<OnnxProvider> onnxruntimeProvider();

    /**
     * Threads of one engine call, 1 to 1,024. With 2 or more ONNX Runtime has two calls at once on the CPU, which share them. All processes of a machine together should not have more than it has cores:
     * with more they wait for one another and everything slows down; with 1 a single request leaves the other cores idle.
     */
    @WithDefault("1")
    int threads();

    /**
     * Longest time that admitted requests get to finish when the process stops or their model is unloaded. Zero cuts them off
     * at once.
     */
    @WithDefault("PT20S")
    Duration drainTimeout();

    BatchingConfig batching();

    AdmissionConfig admission();

    CallsConfig calls();

    LifecycleConfig lifecycle();
}
