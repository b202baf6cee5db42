package multimodal.inference.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import multimodal.common.rpc.Statuses;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import org.junit.jupiter.api.Test;

class InferenceStatusesTest {

    private static final Map<ErrorKind, Code> CODES = Map.of(
            ErrorKind.INVALID_INPUT, Code.INVALID_ARGUMENT,
            ErrorKind.NOT_FOUND, Code.NOT_FOUND,
            ErrorKind.OVERLOADED, Code.RESOURCE_EXHAUSTED,
            ErrorKind.CANCELLED, Code.CANCELLED,
            ErrorKind.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED,
            ErrorKind.UNAVAILABLE, Code.UNAVAILABLE,
            ErrorKind.MISCONFIGURED, Code.INTERNAL,
            ErrorKind.INTERNAL, Code.INTERNAL);

    @Test
    void everyKindHasItsCode() {
        for (ErrorKind kind : ErrorKind.values()) {
            assertThat(InferenceStatuses.of(new InferenceException(kind, "text"))
                            .getStatus()
                            .getCode())
                    .isEqualTo(CODES.get(kind));
        }
    }

    @Test
    void fieldAtFaultIsInTheDetails() {
        StatusRuntimeException status =
                InferenceStatuses.of(InferenceException.invalid("guidance_scale", Float.NaN, "finite, 0 to 30"));

        assertThat(Statuses.detail(status, BadRequest.class)).hasValueSatisfying(request -> {
            assertThat(request.getFieldViolations(0).getField()).isEqualTo("guidance_scale");
            assertThat(request.getFieldViolations(0).getDescription())
                    .isEqualTo("guidance_scale: NaN (expected: finite, 0 to 30)");
        });
        assertThat(Statuses.detail(status, ErrorInfo.class))
                .hasValueSatisfying(info -> assertThat(info.getReason()).isEqualTo("INVALID_INPUT"));
    }

    @Test
    void refusalCarriesItsDelay() {
        StatusRuntimeException status =
                InferenceStatuses.of(InferenceException.overloaded("full", Duration.ofMillis(1500)));

        assertThat(Statuses.detail(status, RetryInfo.class)).hasValueSatisfying(retry -> {
            assertThat(retry.getRetryDelay().getSeconds()).isEqualTo(1);
            assertThat(retry.getRetryDelay().getNanos()).isEqualTo(500_000_000);
        });
    }

    @Test
    void ourOwnFaultsShowNoText() {
        for (Throwable fault : new Throwable[] {
            new InferenceException(ErrorKind.INTERNAL, "secret"),
            new InferenceException(ErrorKind.MISCONFIGURED, "secret"),
            new NullPointerException("secret")
        }) {
            StatusRuntimeException status = InferenceStatuses.of(fault);
            assertThat(status.getStatus().getCode()).isEqualTo(Code.INTERNAL);
            assertThat(status.getStatus().getDescription()).doesNotContain("secret");
        }
    }
}
