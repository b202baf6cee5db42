package multimodal.client;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;
import multimodal.common.rpc.Statuses;

/** Reads what a failed call says: one line for people, the delay for a retry. */
public final class Failures {

    private Failures() {}

    /**
     * What went wrong, in one line for people: for a call its code, and each bad field or the cause; what somebody gave that
     * cannot be used as it says itself.
     */
    public static String line(Exception failure) {
        if (failure instanceof StatusRuntimeException status) {
            return status.getStatus().getCode() + ": " + cause(status);
        }
        if (failure instanceof InputException input) {
            return input.getMessage();
        }
        return failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    /** How long the fleet asks to wait before the same call is tried again; empty if it is not full. */
    public static Optional<Duration> retryDelay(StatusRuntimeException failure) {
        if (failure.getStatus().getCode() != Status.Code.RESOURCE_EXHAUSTED) {
            return Optional.empty();
        }
        return Statuses.detail(failure, RetryInfo.class).map(info -> TimeText.duration(info.getRetryDelay()));
    }

    /** The services begin a description with the field as they know it, which may be the end of a longer path. */
    private static String fault(FieldViolation violation) {
        String own = violation.getDescription().split(": ", 2)[0];
        return violation.getField().endsWith(own) && violation.getDescription().length() > own.length()
                ? violation.getField() + violation.getDescription().substring(own.length())
                : violation.getField() + ": " + violation.getDescription();
    }

    private static String cause(StatusRuntimeException failure) {
        String fields = Statuses.detail(failure, BadRequest.class).stream()
                .flatMap(bad -> bad.getFieldViolationsList().stream())
                .map(Failures::fault)
                .collect(Collectors.joining("; "));
        if (!fields.isEmpty()) {
            return fields;
        }
        Throwable network = failure.getCause();
        String description = failure.getStatus().getDescription();
        if (network != null && network.getMessage() != null) {
            return network.getMessage().lines().findFirst().orElse("");
        }
        return description == null
                ? "no description"
                : description.lines().findFirst().orElse("");
    }
}
