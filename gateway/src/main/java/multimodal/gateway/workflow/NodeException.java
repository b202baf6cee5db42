package multimodal.gateway.workflow;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import java.time.Duration;
import java.util.Optional;

/** A try of a node has failed, with the status that its service answered. */
public final class NodeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Status status;

    /** A failure with {@code status}, whose code is not {@code OK}. */
    public NodeException(Status status) {
        super(status.getMessage());
        this.status = status;
    }

    /** Code, text and details. */
    public Status status() {
        return status;
    }

    /** Whether the service could not be reached, so that another try may succeed. */
    boolean isUnreachable() {
        return status.getCode() == Code.UNAVAILABLE_VALUE;
    }

    /** When the service, which is full, wants to be asked again; empty if it is not full, or does not say. */
    Optional<Duration> refusedFor() {
        if (status.getCode() != Code.RESOURCE_EXHAUSTED_VALUE) {
            return Optional.empty();
        }
        return status.getDetailsList().stream()
                .filter(detail -> detail.is(RetryInfo.class))
                .findFirst()
                .map(NodeException::delay);
    }

    private static Duration delay(Any detail) {
        try {
            return Duration.ofNanos(
                    Durations.toNanos(detail.unpack(RetryInfo.class).getRetryDelay()));
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("malformed status detail", e);
        }
    }
}
