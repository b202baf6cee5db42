package multimodal.image;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import multimodal.common.server.CallExecutor;
import multimodal.common.server.ServingState;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.rpc.DiffusionModels;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.config.InferenceConfig;
import multimodal.inference.rpc.ModelHealth;

/** Puts the service together: the only class here that wires. */
@Singleton
public class ImageModule {

    /** What each gRPC service needs a model for. */
    private static final Map<String, Set<String>> TASKS =
            Map.of(ImageServiceGrpc.SERVICE_NAME, Set.of(DiffusionModel.TASK));

    void start(@Observes StartupEvent event, InferenceRuntime runtime, ServingState serving) {
        runtime.registry().addListener(new ModelHealth(TASKS, serving::set));
        runtime.load(Set.of(DiffusionModel.TASK));
    }

    void stop(@Observes ShutdownEvent event, InferenceRuntime runtime, CallExecutor executor) {
        runtime.close();
        executor.close();
    }

    @Produces
    @Singleton
    InferenceRuntime runtime(InferenceConfig config, OpenTelemetry openTelemetry, MeterRegistry meters) {
        return InferenceRuntime.open(config, openTelemetry, meters);
    }

    @Produces
    @Singleton
    DiffusionModels models(InferenceRuntime runtime) {
        return model -> DiffusionModel.of(
                runtime.registry().find(DiffusionModel.TASK, said(model.getName()), said(model.getVersion())));
    }

    private static Optional<String> said(String value) {
        return value.isEmpty() ? Optional.empty() : Optional.of(value);
    }

    @Produces
    @Singleton
    CallExecutor executor(ImageConfig config) {
        return new CallExecutor("image-call", config.callThreads(), config.callQueue());
    }

    @Produces
    @Singleton
    TextToImage textToImage() {
        return new TextToImage();
    }
}
