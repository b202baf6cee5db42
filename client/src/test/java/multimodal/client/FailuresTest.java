package multimodal.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status;
import java.io.IOException;
import java.time.Duration;
import multimodal.common.rpc.Statuses;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void everyBadFieldStandsInTheLine() {
        BadRequest bad = BadRequest.newBuilder()
                .addFieldViolations(violation("steps", "0 (expected: 1 to 150)"))
                .addFieldViolations(violation("prompt", "empty"))
                .build();
        assertThat(Failures.line(Statuses.of(Status.Code.INVALID_ARGUMENT, "2 faults", bad)))
                .isEqualTo("INVALID_ARGUMENT: steps: 0 (expected: 1 to 150); prompt: empty");
    }

    @Test
    void aFieldIsNamedOnceHoweverTheServiceCallsIt() {
        BadRequest bad = BadRequest.newBuilder()
                .addFieldViolations(violation("steps", "steps: 0 (expected: 1 to 150)"))
                .addFieldViolations(violation("workflow.nodes[1].settings.steps", "steps: 0 (expected: 1 to 150)"))
                .build();
        assertThat(Failures.line(Statuses.of(Status.Code.INVALID_ARGUMENT, "2 faults", bad)))
                .isEqualTo("INVALID_ARGUMENT: steps: 0 (expected: 1 to 150); "
                        + "workflow.nodes[1].settings.steps: 0 (expected: 1 to 150)");
    }

    @Test
    void aLineIsOneLine() {
        Status status = Status.INTERNAL.withDescription("internal error 1\nat somewhere");
        assertThat(Failures.line(status.asRuntimeException())).isEqualTo("INTERNAL: internal error 1");
        assertThat(Failures.line(Status.UNKNOWN.asRuntimeException())).isEqualTo("UNKNOWN: no description");
        assertThat(Failures.line(new IOException("disk full"))).isEqualTo("IOException: disk full");
        assertThat(Failures.line(new InputException("photo: no such file"))).isEqualTo("photo: no such file");
    }

    @Test
    void theDelayOfARefusalIsRead() {
        assertThat(Failures.retryDelay(Statuses.exhausted("full", Duration.ofMillis(1500))))
                .contains(Duration.ofMillis(1500));
        assertThat(Failures.retryDelay(Status.RESOURCE_EXHAUSTED.asRuntimeException()))
                .isEmpty();
        assertThat(Failures.retryDelay(Status.UNAVAILABLE.asRuntimeException())).isEmpty();
    }

    private static FieldViolation violation(String field, String description) {
        return FieldViolation.newBuilder()
                .setField(field)
                .setDescription(description)
                .build();
    }
}
