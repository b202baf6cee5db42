package multimodal.common.rpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntUnaryOperator;

/** Makes and reads gRPC statuses that carry {@code google.rpc} details. */
public final class Statuses {
    /** Bytes of a message, escaped as in HTTP/2 headers: with its details it must fit into 8 KiB of them. */
    private static final int MAX_MESSAGE_BYTES = 1500;

    private static final System.Logger LOG = System.getLogger(Statuses.class.getName());

    private Statuses() {}

    /** A status with {@code code}, {@code message} (cut after {@value #MAX_MESSAGE_BYTES} escaped bytes) and details. */
    public static StatusRuntimeException of(Code code, String message, Message... details) {
        return of(code, message, Arrays.stream(details).map(Any::pack).toList());
    }

    /** A status with {@code code}, {@code message} (cut after {@value #MAX_MESSAGE_BYTES} escaped bytes) and details. */
    public static StatusRuntimeException of(Code code, String message, List<Any> details) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(cut(message, MAX_MESSAGE_BYTES, Statuses::escapedBytes))
                .addAllDetails(details)
                .build());
    }

    /** The detail that names one field at fault. */
    public static BadRequest violation(String field, String description) {
        return BadRequest.newBuilder()
                .addFieldViolations(FieldViolation.newBuilder().setField(field).setDescription(description))
                .build();
    }

    /** {@code RESOURCE_EXHAUSTED} with {@link RetryInfo}: come back after {@code retryDelay}. */
    public static StatusRuntimeException exhausted(String message, Duration retryDelay) {
        RetryInfo retry = RetryInfo.newBuilder()
                .setRetryDelay(Durations.fromMillis(retryDelay.toMillis()))
                .build();
        return of(Code.RESOURCE_EXHAUSTED, message, retry);
    }

    /**
     * The status that {@code error} is answered with: its own if it is a status, {@code RESOURCE_EXHAUSTED} with the delay of a
     * {@link BusyException}, else {@code INTERNAL} with an id. The text of any other error goes to the log, under the same id,
     * and to no client.
     */
    public static StatusRuntimeException of(Throwable error) {
        if (error instanceof StatusRuntimeException status) {
            return status;
        }
        if (error instanceof StatusException status) {
            return status.getStatus().asRuntimeException(status.getTrailers());
        }
        if (error instanceof BusyException busy) {
            return exhausted(busy.getMessage(), busy.retryDelay());
        }
        String id = UUID.randomUUID().toString();
        LOG.log(System.Logger.Level.ERROR, "internal error " + id, error);
        return of(Code.INTERNAL, "internal error " + id);
    }

    /** The status of {@code error} as a message: code, text and details. */
    public static com.google.rpc.Status toProto(StatusRuntimeException error) {
        com.google.rpc.Status status = StatusProto.fromThrowable(error);
        return status == null ? com.google.rpc.Status.getDefaultInstance() : status;
    }

    /** The first detail of type {@code type} that {@code error} carries. */
    public static <T extends Message> Optional<T> detail(StatusRuntimeException error, Class<T> type) {
        return toProto(error).getDetailsList().stream()
                .filter(any -> any.is(type))
                .findFirst()
                .map(any -> unpack(any, type));
    }

    private static <T extends Message> T unpack(Any any, Class<T> type) {
        try {
            return any.unpack(type);
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
            throw Status.INTERNAL
                    .withDescription("malformed status detail")
                    .withCause(e)
                    .asRuntimeException();
        }
    }

    /** {@code text} as far as {@code maxBytes} reach, then an ellipsis if anything was left out. */
    static String cut(String text, int maxBytes, IntUnaryOperator bytesOfCodePoint) {
        int bytes = 0;
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            bytes += bytesOfCodePoint.applyAsInt(text.codePointAt(i));
            if (bytes > maxBytes) {
                return text.substring(0, i) + "…";
            }
        }
        return text;
    }

    static int utf8Bytes(int codePoint) {
        return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8).length;
    }

    /** gRPC writes each byte outside printable ASCII, and the percent sign, as three. */
    private static int escapedBytes(int codePoint) {
        if (codePoint >= ' ' && codePoint <= '~' && codePoint != '%') {
            return 1;
        }
        return 3 * utf8Bytes(codePoint);
    }
}
