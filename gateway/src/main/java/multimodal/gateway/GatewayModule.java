package multimodal.gateway;

import io.grpc.ClientInterceptor;
import io.quarkus.grpc.GlobalInterceptor;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import multimodal.common.server.CallExecutor;
import multimodal.common.server.ServingState;
import multimodal.gateway.client.RemoteModels;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.client.RemoteService;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.gateway.workflow.CostBudget;
import multimodal.gateway.workflow.NodeCache;
import multimodal.gateway.workflow.RetryPolicy;
import multimodal.gateway.workflow.WorkflowRunner;
import multimodal.gateway.workflow.WorkflowValidator;

/** Puts the gateway together. */
@Singleton
public class GatewayModule {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "watch-timer");
        thread.setDaemon(true);
        return thread;
    });

    @Produces
    @Singleton
    ServiceChannels channels(GatewayConfig config, @GlobalInterceptor Instance<ClientInterceptor> interceptors) {
        return new ServiceChannels(
                config.services().entrySet().stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, entry -> remote(entry.getValue()))),
                interceptors.stream().toList());
    }

    private static RemoteService remote(GatewayConfig.Service service) {
        return new RemoteService(service.addresses(), service.grpcServices());
    }

    void close(@Disposes ServiceChannels channels) {
        channels.close();
    }

    @Produces
    @Singleton
    CallExecutor workflowThreads(GatewayConfig config) {
        return new CallExecutor("workflow", config.workflow().maxRunning(), 1);
    }

    @Produces
    @Singleton
    WorkflowRunner runner(GatewayConfig config, ServiceChannels channels) {
        GatewayConfig.Workflow workflow = config.workflow();
        int queueLength = workflow.maxRunning() * WorkflowValidator.MAX_NODE_COUNT;
        return new WorkflowRunner(
                new RemoteNodes(channels),
                new CallExecutor("node", workflow.maxRunningNodes(), queueLength),
                new RetryPolicy(workflow.maxAttempts(), workflow.initialRetryDelay(), workflow.maxRefusals()),
                workflow.maxParallelNodes(),
                new NodeCache((long) workflow.cacheMib() << 20, workflow.cacheLifetime()));
    }

    @Produces
    @Singleton
    CostBudget budget(GatewayConfig config) {
        return new CostBudget(config.workflow().maxCost(), config.workflow().maxRunningCost());
    }

    @Produces
    @Singleton
    RemoteModels models(ServiceChannels channels) {
        return new RemoteModels(channels, timer);
    }

    void onStart(
            @Observes StartupEvent event, GatewayConfig config, ServiceChannels channels, ServingState servingState) {
        config.services().values().forEach(service -> service.grpcServices()
                .forEach(grpcService ->
                        channels.watch(grpcService, isServing -> servingState.set(grpcService, isServing))));
        servingState.set(WorkflowServiceGrpc.SERVICE_NAME, true);
    }

    void onShutdown(@Observes ShutdownEvent event) {
        timer.shutdownNow();
    }
}
