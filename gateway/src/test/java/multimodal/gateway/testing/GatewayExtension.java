package multimodal.gateway.testing;

import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import multimodal.common.server.CallExecutor;
import multimodal.common.server.HealthGrpcService;
import multimodal.common.server.ServingState;
import multimodal.gateway.client.RemoteModels;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.proxy.MergedReflection;
import multimodal.gateway.proxy.PassThrough;
import multimodal.gateway.rpc.ModelGrpcService;
import multimodal.gateway.rpc.WorkflowGrpcService;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.gateway.workflow.CostBudget;
import multimodal.gateway.workflow.NodeCache;
import multimodal.gateway.workflow.RetryPolicy;
import multimodal.gateway.workflow.WorkflowRunner;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The gateway on a free port over {@link FakeFleet}s, without Quarkus: all are new for each test. */
public final class GatewayExtension implements BeforeEachCallback, AfterEachCallback {
    /** What all runs may cost together, and one of them. */
    public static final long MAX_COST = 20_000;

    private static final int MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

    private final int instanceCount;
    private List<FakeFleet> fleets;
    private ServiceChannels channels;
    private CallExecutor workflowThreads;
    private CallExecutor nodeThreads;
    private ScheduledExecutorService timer;
    private Server server;
    private ManagedChannel channel;
    private ServingState state;

    /** Over one instance of each service. */
    public GatewayExtension() {
        this(1);
    }

    /** Over {@code instanceCount} instances of each service. */
    public GatewayExtension(int instanceCount) {
        this.instanceCount = instanceCount;
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        fleets = Stream.generate(FakeFleet::new).limit(instanceCount).toList();
        channels = new ServiceChannels(FakeFleet.services(fleets), List.of());
        workflowThreads = new CallExecutor("workflow", 8, 1);
        nodeThreads = new CallExecutor("node", 8, 64);
        timer = Executors.newSingleThreadScheduledExecutor();
        state = new ServingState(() -> Set.of(WorkflowServiceGrpc.SERVICE_NAME));
        WorkflowRunner runner = new WorkflowRunner(
                new RemoteNodes(channels),
                nodeThreads,
                new RetryPolicy(3, Duration.ofMillis(5), 3),
                4,
                new NodeCache(1 << 20, Duration.ofHours(1)));
        List<BindableService> own = List.of(
                new WorkflowGrpcService(runner, new CostBudget(MAX_COST, MAX_COST), workflowThreads),
                new ModelGrpcService(new RemoteModels(channels, timer)),
                new HealthGrpcService(state));
        List<ServerServiceDefinition> definitions =
                own.stream().map(BindableService::bindService).toList();
        server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .addServices(definitions)
                .fallbackHandlerRegistry(
                        new PassThrough(channels, new MergedReflection(definitions, channels), List.of()))
                .build()
                .start();
        channel = Grpc.newChannelBuilder("localhost:" + server.getPort(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        channel.shutdownNow();
        server.shutdownNow().awaitTermination();
        workflowThreads.close();
        nodeThreads.close();
        timer.shutdownNow();
        channels.close();
        for (FakeFleet fleet : fleets) {
            fleet.close();
        }
    }

    /** The only instance of each service, or the first. */
    public FakeFleet fleet() {
        return fleets.get(0);
    }

    /** The instances of each service. */
    public List<FakeFleet> fleets() {
        return fleets;
    }

    public ManagedChannel channel() {
        return channel;
    }

    public ServiceChannels channels() {
        return channels;
    }

    public ServingState state() {
        return state;
    }
}
