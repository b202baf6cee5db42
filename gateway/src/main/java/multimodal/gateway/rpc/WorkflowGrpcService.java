package multimodal.gateway.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.util.function.Supplier;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.server.CallExecutor;
import multimodal.gateway.client.RemoteNodes;
import multimodal.gateway.v1.AskImageRequest;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.ListWorkflowsResponse;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.gateway.workflow.Cancellation;
import multimodal.gateway.workflow.CostBudget;
import multimodal.gateway.workflow.WorkflowException;
import multimodal.gateway.workflow.WorkflowRunner;

/** Runs workflows over the services below. */
@GrpcService
public class WorkflowGrpcService extends WorkflowServiceGrpc.WorkflowServiceImplBase {
    private final WorkflowRunner runner;
    private final CostBudget budget;
    private final CallExecutor executor;

    /** A service whose workflows run on {@code executor}, a thread each, as far as {@code budget} lets them in. */
    @Inject
    public WorkflowGrpcService(WorkflowRunner runner, CostBudget budget, CallExecutor executor) {
        this.runner = runner;
        this.budget = budget;
        this.executor = executor;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void textToImageToText(TextToImageToTextRequest request, StreamObserver<WorkflowEvent> observer) {
        run(observer, () -> TextToImageToTextRuns.parse(request));
    }

    @Override
    public void askImage(AskImageRequest request, StreamObserver<WorkflowEvent> observer) {
        run(observer, () -> AskImageRuns.parse(request));
    }

    @Override
    public void runWorkflow(RunWorkflowRequest request, StreamObserver<WorkflowEvent> observer) {
        run(observer, () -> RunRequest.of(request, RemoteNodes.CATALOGUE, budget.maxRunCost()));
    }

    @Override
    public void listWorkflows(ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
        observer.onNext(ListWorkflowsResponse.newBuilder()
                .addAllWorkflows(ReadyWorkflows.ALL)
                .build());
        observer.onCompleted();
    }

    private void run(StreamObserver<WorkflowEvent> observer, Supplier<RunRequest> request) {
        StreamWriter.of(observer).run(executor, stream -> run(request.get(), stream));
    }

    private void run(RunRequest run, StreamWriter<WorkflowEvent> writer) {
        try (CostBudget.Permit permit = budget.admit(run.workflow().cost())) {
            Cancellation cancellation = new Cancellation();
            writer.onCancel(cancellation::cancel);
            runner.run(run.workflow(), run.inputs(), run.mayReuse(), new EventStream(writer), cancellation);
        } catch (WorkflowException e) {
            throw WorkflowStatuses.of(e, run.settingsPath().apply(e.node()));
        }
    }
}
