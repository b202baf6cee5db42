package multimodal.inference.rpc;

import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import multimodal.common.rpc.Statuses;
import multimodal.inference.error.InferenceException;

/** The one place where a failure of this library becomes a gRPC status. */
public final class InferenceStatuses {

    private static final String DOMAIN = "inference.multimodal";
    private static final Duration UNKNOWN_DELAY = Duration.ofSeconds(1);

    private InferenceStatuses() {}

    /**
     * The status of an error. For an {@link InferenceException} that of its kind, with {@code ErrorInfo} (reason: the kind)
     * and, where a field is at fault, {@code BadRequest}; what is the operator's or our own fault is told to the log, and to
     * the client only as an id. Any other error as {@link Statuses#of}.
     */
    public static StatusRuntimeException of(Throwable error) {
        return error instanceof InferenceException known ? ofKind(known) : Statuses.of(error);
    }

    private static StatusRuntimeException ofKind(InferenceException error) {
        return switch (error.kind()) {
            case INVALID_INPUT -> status(Code.INVALID_ARGUMENT, error);
            case NOT_FOUND -> status(Code.NOT_FOUND, error);
            case OVERLOADED ->
                Statuses.exhausted(error.getMessage(), error.retryDelay().orElse(UNKNOWN_DELAY));
            case CANCELLED -> status(Code.CANCELLED, error);
            case DEADLINE_EXCEEDED -> status(Code.DEADLINE_EXCEEDED, error);
            case UNAVAILABLE -> status(Code.UNAVAILABLE, error);
            case MISCONFIGURED, INTERNAL -> Statuses.of(error);
        };
    }

    private static StatusRuntimeException status(Code code, InferenceException error) {
        List<Message> details = new ArrayList<>();
        details.add(ErrorInfo.newBuilder()
                .setReason(error.kind().name())
                .setDomain(DOMAIN)
                .build());
        error.field()
                .map(field -> Statuses.violation(field, error.getMessage()))
                .ifPresent(details::add);
        return Statuses.of(code, error.getMessage(), details.toArray(Message[]::new));
    }
}
