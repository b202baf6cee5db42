package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.ListWorkflowsResponse;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DrainTest {
    private final ServingState state = new ServingState(() -> Set.of(WorkflowServiceGrpc.SERVICE_NAME));
    private final CallsInFlight calls = new CallsInFlight();
    private final CompletableFuture<StreamObserver<ListWorkflowsResponse>> pending = new CompletableFuture<>();
    private LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        state.set(WorkflowServiceGrpc.SERVICE_NAME, true);
        server = new LoopbackServer(
                new WorkflowServiceGrpc.WorkflowServiceImplBase() {
                    @Override
                    public void listWorkflows(
                            ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
                        pending.complete(observer);
                    }
                },
                calls);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void drainRefusesNewCallsAndWaitsForThoseInFlight() throws Exception {
        var answer = WorkflowServiceGrpc.newFutureStub(server.channel())
                .listWorkflows(ListWorkflowsRequest.getDefaultInstance());
        StreamObserver<ListWorkflowsResponse> inFlight = pending.get();
        CompletableFuture<Void> drained = CompletableFuture.runAsync(() -> drain(Duration.ofMinutes(1)));
        while (state.isServing("").orElseThrow()) {
            LockSupport.parkNanos(1_000_000);
        }

        assertThatThrownBy(this::callUntilRefused).hasMessageContaining("UNAVAILABLE: the service is shutting down");
        assertThat(drained).isNotDone();

        inFlight.onNext(ListWorkflowsResponse.getDefaultInstance());
        inFlight.onCompleted();
        drained.get();
        assertThat(answer.get()).isEqualTo(ListWorkflowsResponse.getDefaultInstance());
    }

    @Test
    void drainEndsWhenItsTimeIsUp() throws Exception {
        WorkflowServiceGrpc.newFutureStub(server.channel()).listWorkflows(ListWorkflowsRequest.getDefaultInstance());
        pending.get();

        drain(Duration.ofMillis(1));

        assertThat(calls.awaitNone(Duration.ZERO)).isEqualTo(1);
    }

    private void callUntilRefused() {
        WorkflowServiceGrpc.newBlockingStub(server.channel())
                .withDeadlineAfter(30, java.util.concurrent.TimeUnit.SECONDS)
                .listWorkflows(ListWorkflowsRequest.getDefaultInstance());
    }

    private void drain(Duration timeout) {
        try {
            new Drain(state, calls, new FixedDrainConfig(Duration.ZERO, timeout)).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record FixedDrainConfig(Duration quietPeriod, Duration timeout) implements DrainConfig {}
}
