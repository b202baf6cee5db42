package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.rpc.BadRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.ListWorkflowsResponse;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.Test;

class ViolationsTest {
    private final Violations violations = new Violations();

    @Test
    void noFaultThrowsNothing() {
        violations.requireRange("steps", 1, 1, 150);
        violations.requireRange("steps", 150, 1, 150);
        violations.requireRange("guidance_scale", 30f, 0f, 30f);
        violations.requireText("prompt", "一座古堡", 4);

        assertThatCode(violations::throwIfAny).doesNotThrowAnyException();
        assertThat(violations.isEmpty()).isTrue();
    }

    @Test
    void everyFaultIsNamedWithValueAndExpectation() {
        violations.requireRange("steps", 151, 1, 150);
        violations.requireRange("guidance_scale", Float.NaN, 0f, 30f);
        violations.requireText("prompt", "", 10_000);
        violations.requireText("negative_prompt", "x".repeat(10_001), 10_000);

        StatusRuntimeException error = thrown();

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(error.getStatus().getDescription())
                .isEqualTo("steps: 151 (expected: 1 to 150); "
                        + "guidance_scale: NaN (expected: finite, 0 to 30); "
                        + "prompt: empty (expected: 1 to 10000 characters, not only blanks); "
                        + "negative_prompt: 10001 characters (expected: 1 to 10000 characters, not only blanks)");
        assertThat(Statuses.detail(error, BadRequest.class).orElseThrow().getFieldViolationsList())
                .extracting(BadRequest.FieldViolation::getField)
                .containsExactly("steps", "guidance_scale", "prompt", "negative_prompt");
    }

    @Test
    void aPairOfSurrogatesIsOneCharacter() {
        assertThat(violations.requireText("prompt", "🏰🏰", 2)).isTrue();
        assertThat(violations.requireText("prompt", "🏰🏰🏰", 2)).isFalse();
    }

    @Test
    void manyLongFaultsStillReachAClient() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            violations.add(
                    "captions[" + i + "].language_code", "城".repeat(1000), "a language that the model speaks: en, zh");
        }
        try (LoopbackServer server = new LoopbackServer(new WorkflowServiceGrpc.WorkflowServiceImplBase() {
            @Override
            public void listWorkflows(ListWorkflowsRequest request, StreamObserver<ListWorkflowsResponse> observer) {
                observer.onError(thrown());
            }
        })) {
            StatusRuntimeException received = catchThrowableOfType(
                    StatusRuntimeException.class, () -> WorkflowServiceGrpc.newBlockingStub(server.channel())
                            .listWorkflows(ListWorkflowsRequest.getDefaultInstance()));

            assertThat(received.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(Statuses.detail(received, BadRequest.class).orElseThrow().getFieldViolationsCount())
                    .isEqualTo(12);
        }
    }

    private StatusRuntimeException thrown() {
        return catchThrowableOfType(StatusRuntimeException.class, violations::throwIfAny);
    }
}
