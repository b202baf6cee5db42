package multimodal.client;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.common.rpc.BalancedChannel;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;

/**
 * A connection to a fleet: every call blocks its thread until the answer is whole, and every fault is a
 * {@link StatusRuntimeException}. An interrupted call is cancelled. Safe to use from several threads.
 */
public final class FleetClient implements AutoCloseable {

    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final String WHOLE_PROCESS = "";
    private static final int MAX_MESSAGE_BYTES = 32 << 20;
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(10);

    private final ManagedChannel work;
    private final ManagedChannel health;
    private final Duration timeout;

    private FleetClient(ManagedChannel work, ManagedChannel health, Duration timeout) {
        this.work = work;
        this.health = health;
        this.timeout = timeout;
    }

    /**
     * Connects to {@code addresses}, without encryption. Several gateways share the work, and one that comes or goes is not
     * noticed: see {@link BalancedChannel}.
     *
     * @param addresses {@code host:port}; several are separated by commas
     * @param timeout deadline of each call but those for health, which have a shorter one
     * @throws IllegalArgumentException if an address is malformed
     */
    public static FleetClient connect(String addresses, Duration timeout) {
        List<String> all = List.of(addresses.split(","));
        return new FleetClient(
                BalancedChannel.open(all, Optional.of(WHOLE_PROCESS), MAX_MESSAGE_BYTES),
                BalancedChannel.open(all, Optional.empty(), MAX_MESSAGE_BYTES),
                timeout);
    }

    /**
     * A stub of any service of the fleet, for instance {@code client.stub(ImageServiceGrpc::newBlockingStub, trace)}; its deadline
     * begins now, so it is for one call.
     */
    public <S extends AbstractStub<S>> S stub(Function<Channel, S> newStub, TraceParent trace) {
        return prepared(newStub.apply(work), trace);
    }

    /** Runs the workflow and hands each event to {@code events}, on this thread, as it comes. */
    public void textToImageToText(TextToImageToTextRequest request, TraceParent trace, Consumer<WorkflowEvent> events) {
        prepared(WorkflowServiceGrpc.newBlockingStub(work), trace)
                .textToImageToText(request)
                .forEachRemaining(events);
    }

    /** Asks a question about a picture and hands each event to {@code events}, on this thread, as it comes. */
    public void askImage(AskImageRequest request, TraceParent trace, Consumer<WorkflowEvent> events) {
        prepared(WorkflowServiceGrpc.newBlockingStub(work), trace)
                .askImage(request)
                .forEachRemaining(events);
    }

    /** Runs a graph and hands each event to {@code events}, on this thread, as it comes. */
    public void runWorkflow(RunWorkflowRequest request, TraceParent trace, Consumer<WorkflowEvent> events) {
        prepared(WorkflowServiceGrpc.newBlockingStub(work), trace)
                .runWorkflow(request)
                .forEachRemaining(events);
    }

    /** The ready-made graphs, sorted by name. */
    public List<Workflow> listWorkflows(TraceParent trace) {
        return prepared(WorkflowServiceGrpc.newBlockingStub(work), trace)
                .listWorkflows(ListWorkflowsRequest.getDefaultInstance())
                .getWorkflowsList();
    }

    /** Says which label fits a picture. */
    public ClassifyResponse classify(ClassifyRequest request, TraceParent trace) {
        return prepared(ClipServiceGrpc.newBlockingStub(work), trace).classify(request);
    }

    /** Whether {@code service} serves; the empty name asks for the process as a whole. */
    public ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(health)
                .withDeadlineAfter(HEALTH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private <S extends AbstractStub<S>> S prepared(S stub, TraceParent trace) {
        Metadata headers = new Metadata();
        headers.put(TRACEPARENT, trace.header());
        return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                .withDeadlineAfter(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        work.shutdownNow();
        health.shutdownNow();
    }
}
