package multimodal.gateway.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.server.CallExecutor;
import multimodal.gateway.client.ServiceChannels;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.ListWorkflowsResponse;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.WorkflowException;
import multimodal.gateway.workflow.WorkflowRunner;
import multimodal.gateway.workflow.Workflows;

/** Runs workflows over the services below. */
@GrpcService
public class WorkflowGrpcService extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    private final ServiceChannels channels;
    private final WorkflowRunner runner;
    private final CallExecutor executor;

    /** A service whose workflows run on {@code executor}, a thread each. */
    @Inject
    public WorkflowGrpcService(ServiceChannels channels, WorkflowRunner runner, CallExecutor executor) {
        this.channels = channels;
        this.runner = runner;
        this.executor = executor;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void textToImageToText(TextToImageToTextRequest request, StreamObserver<WorkflowEvent> observer) {
        StreamWriter<WorkflowEvent> writer = StreamWriter.of(observer, WorkflowStatuses::of);
        writer.run(executor, stream -> run(TextToImageToTextRun.parse(request), stream));
    }

    @Override
    public void listWorkflows(ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
        observer.onNext(ListWorkflowsResponse.newBuilder()
                .addAllWorkflows(
                        Workflows.ALL.stream().map(WorkflowMessages::render).toList())
                .build());
        observer.onCompleted();
    }

    private void run(TextToImageToTextRun run, StreamWriter<WorkflowEvent> writer) throws WorkflowException {
        Cancellation cancellation = new Cancellation();
        writer.onCancel(cancellation::cancel);
        runner.run(
                Workflows.TEXT_TO_IMAGE_TO_TEXT,
                run.executors(channels),
                run.inputs(),
                new EventStream(writer),
                cancellation);
    }
}
