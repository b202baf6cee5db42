package multimodal.client.testing;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.function.Supplier;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.ListWorkflowsResponse;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.ImageServiceGrpc;

/** A gateway on a free port of loopback that answers with a script. */
public final class ScriptedGateway implements AutoCloseable {

    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

    private final HealthStatusManager health = new HealthStatusManager();
    private final List<String> traceParents = new CopyOnWriteArrayList<>();
    private final Queue<StatusRuntimeException> refusals = new ConcurrentLinkedQueue<>();
    private final ScriptedClip clip = new ScriptedClip();
    private final Server server;
    private final int port;
    private final List<RunWorkflowRequest> graphs = new CopyOnWriteArrayList<>();
    private volatile Function<TextToImageToTextRequest, List<WorkflowEvent>> workflow = ScriptedRuns::castle;

    public ScriptedGateway() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress("localhost", 0))
                .intercept(new TraceParentRecorder())
                .addService(health.getHealthService())
                .addService(new Workflows())
                .addService(clip)
                .build()
                .start();
        port = server.getPort();
        for (String service : List.of(
                WorkflowServiceGrpc.SERVICE_NAME,
                ImageServiceGrpc.SERVICE_NAME,
                ClipServiceGrpc.SERVICE_NAME,
                VisionLanguageServiceGrpc.SERVICE_NAME)) {
            health.setStatus(service, ServingStatus.SERVING);
        }
    }

    public String address() {
        return "localhost:" + port;
    }

    public int port() {
        return port;
    }

    /** Answers workflows with these events from now on. */
    public void answer(Function<TextToImageToTextRequest, List<WorkflowEvent>> events) {
        workflow = events;
    }

    /** Answers one more workflow with {@code failure} alone. */
    public void refuse(StatusRuntimeException failure) {
        refusals.add(failure);
    }

    /** The graphs that came. */
    public List<RunWorkflowRequest> graphs() {
        return List.copyOf(graphs);
    }

    /** The service behind it that classifies and searches. */
    public ScriptedClip clip() {
        return clip;
    }

    /** The headers {@code traceparent} of all calls but those for health. */
    public List<String> traceParents() {
        return List.copyOf(traceParents);
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Workflows extends WorkflowServiceGrpc.WorkflowServiceImplBase {
        @Override
        public void textToImageToText(TextToImageToTextRequest request, StreamObserver<WorkflowEvent> observer) {
            answer(observer, () -> workflow.apply(request));
        }

        @Override
        public void runWorkflow(RunWorkflowRequest request, StreamObserver<WorkflowEvent> observer) {
            graphs.add(request);
            answer(observer, () -> ScriptedRuns.of(request));
        }

        @Override
        public void askImage(AskImageRequest request, StreamObserver<WorkflowEvent> observer) {
            answer(observer, () -> ScriptedRuns.answered(request));
        }

        @Override
        public void listWorkflows(ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
            observer.onNext(ListWorkflowsResponse.newBuilder()
                    .addWorkflows(ScriptedRuns.DESCRIBE)
                    .build());
            observer.onCompleted();
        }

        private void answer(StreamObserver<WorkflowEvent> observer, Supplier<List<WorkflowEvent>> run) {
            StatusRuntimeException refusal = refusals.poll();
            if (refusal != null) {
                observer.onError(refusal);
                return;
            }
            List<WorkflowEvent> events = run.get();
            events.forEach(observer::onNext);
            WorkflowEvent last = events.get(events.size() - 1);
            if (last.hasNodeFailed()) {
                observer.onError(ScriptedRuns.status(last.getNodeFailed()));
            } else {
                observer.onCompleted();
            }
        }
    }

    private final class TraceParentRecorder implements ServerInterceptor {
        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            String traceParent = headers.get(TRACEPARENT);
            if (traceParent != null) {
                traceParents.add(traceParent);
            }
            return next.startCall(call, headers);
        }
    }
}
