package multimodal.inference.rpc;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import multimodal.common.server.CallExecutor;
import multimodal.common.server.ServingState;
import multimodal.inference.InferenceRuntime;
import multimodal.inference.config.CallsConfig;
import multimodal.inference.config.InferenceConfig;

/** What every service with models is wired to: engines and registry, threads for its calls, health, the way out. */
@Singleton
public class InferenceModule {

    void start(@Observes StartupEvent event, InferenceRuntime runtime, ServedTasks tasks, ServingState serving) {
        runtime.registry().addListener(new ModelHealth(tasks.ofServices(), serving::set));
        runtime.load(tasks.all());
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
    CallExecutor executor(InferenceConfig config) {
        CallsConfig calls = config.calls();
        return new CallExecutor("call", calls.threads(), calls.queueLength());
    }
}
