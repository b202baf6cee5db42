package multimodal.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;

/**
 * A connection to a fleet: every call blocks its thread until the answer is whole, and every fault is a
 * {@link StatusRuntimeException}. An interrupted call is cancelled. Safe to use from several threads.
 */
public final class FleetClient implements AutoCloseable {

    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final int MAX_MESSAGE_BYTES = 32 << 20;
    private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(10);

    private final ManagedChannel channel;
    private final Duration timeout;

    private FleetClient(ManagedChannel channel, Duration timeout) {
        this.channel = channel;
        this.timeout = timeout;
    }

    /**
     * Connects to {@code address} ({@code host:port}), without encryption, at the first call.
     *
     * @param timeout deadline of each call but those for health, which have a shorter one
     */
    public static FleetClient connect(String address, Duration timeout) {
        ManagedChannel channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
        return new FleetClient(channel, timeout);
    }

    /** Runs the workflow and hands each event to {@code events}, on this thread, as it comes. */
    public void textToImageToText(TextToImageToTextRequest request, TraceParent trace, Consumer<WorkflowEvent> events) {
        prepared(WorkflowServiceGrpc.newBlockingStub(channel), trace)
                .textToImageToText(request)
                .forEachRemaining(events);
    }

    /** Says which label fits a picture. */
    public ClassifyResponse classify(ClassifyRequest request, TraceParent trace) {
        return prepared(ClipServiceGrpc.newBlockingStub(channel), trace).classify(request);
    }

    /** Whether {@code service} serves; the empty name asks for the process as a whole. */
    public ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(channel)
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
        channel.shutdownNow();
    }
}
