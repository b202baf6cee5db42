package multimodal.inference.error;

import java.time.Duration;
import java.util.Optional;

/**
 * The one exception of this library that is meant to reach a caller. Thrown where the fault is known, turned into a gRPC
 * status in one place ({@code inference.rpc.InferenceStatuses}).
 */
public final class InferenceException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final String MODEL = "model";

    private final ErrorKind kind;
    private final String field;
    private final Duration retryDelay;

    private InferenceException(ErrorKind kind, String field, String message, Duration retryDelay, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.field = field;
        this.retryDelay = retryDelay;
    }

    public InferenceException(ErrorKind kind, String message) {
        this(kind, null, message, null, null);
    }

    public InferenceException(ErrorKind kind, String message, Throwable cause) {
        this(kind, null, message, null, cause);
    }

    /** Bad input, told as {@code field: value (expected: …)}. */
    public static InferenceException invalid(String field, Object value, String expected) {
        return new InferenceException(
                ErrorKind.INVALID_INPUT, field, "%s: %s (expected: %s)".formatted(field, value, expected), null, null);
    }

    /** Something named in {@code field} that does not exist, told with what does. */
    public static InferenceException notFound(String field, Object value, String expected) {
        return new InferenceException(
                ErrorKind.NOT_FOUND, field, "%s: %s (expected: %s)".formatted(field, value, expected), null, null);
    }

    /** No room now; {@code retryDelay} is when the same request is expected to be admitted. */
    public static InferenceException overloaded(String message, Duration retryDelay) {
        return new InferenceException(ErrorKind.OVERLOADED, null, message, retryDelay, null);
    }

    /** This error of a field that lies in {@code path}; itself if no field is at fault. */
    public InferenceException within(String path) {
        return field == null
                ? this
                : new InferenceException(kind, path + "." + field, path + "." + getMessage(), retryDelay, this);
    }

    /** This error of a request's {@code model}, which it has in the field {@code other}; itself if another or none is at fault. */
    public InferenceException ofModelIn(String other) {
        if (field == null || !field.startsWith(MODEL + ".")) {
            return this;
        }
        String message = other + getMessage().substring(MODEL.length());
        return new InferenceException(kind, other + field.substring(MODEL.length()), message, retryDelay, this);
    }

    public ErrorKind kind() {
        return kind;
    }

    /** The request field at fault, dotted as in the proto, if one is. */
    public Optional<String> field() {
        return Optional.ofNullable(field);
    }

    public Optional<Duration> retryDelay() {
        return Optional.ofNullable(retryDelay);
    }
}
