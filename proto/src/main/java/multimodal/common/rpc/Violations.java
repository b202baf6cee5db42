package multimodal.common.rpc;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Collects every fault of a request, so that the caller learns all of them at once.
 *
 * <p>Each fault reads {@code name: value (expected: …)}. At most {@value #MAX_LISTED} of together {@value #MAX_LISTED_BYTES}
 * bytes are listed, since status details travel in HTTP/2 headers, which clients limit to 8 KiB.
 */
public final class Violations {
    private static final int MAX_LISTED = 12;
    private static final int MAX_LISTED_BYTES = 3000;
    private static final int MAX_VALUE_BYTES = 72;

    private final List<FieldViolation> listed = new ArrayList<>();
    private int listedBytes;
    private int count;

    /** Adds a fault of {@code field} (a path such as {@code init_image.data}). */
    public Violations add(String field, Object value, String expected) {
        count++;
        FieldViolation fault = FieldViolation.newBuilder()
                .setField(field)
                .setDescription(field + ": " + shorten(value) + " (expected: " + expected + ")")
                .build();
        boolean fits = listed.size() < MAX_LISTED && listedBytes + fault.getSerializedSize() <= MAX_LISTED_BYTES;
        if (fits || listed.isEmpty()) {
            listed.add(fault);
            listedBytes += fault.getSerializedSize();
        }
        return this;
    }

    /** Adds a fault unless {@code valid}; returns {@code valid}. */
    public boolean require(boolean valid, String field, Object value, String expected) {
        if (!valid) {
            add(field, value, expected);
        }
        return valid;
    }

    /** Requires {@code min} to {@code max}, both included. */
    public boolean requireRange(String field, long value, long min, long max) {
        return require(value >= min && value <= max, field, value, min + " to " + max);
    }

    /** Requires a finite value from {@code min} to {@code max}, both included. */
    public boolean requireRange(String field, float value, float min, float max) {
        String expected = "finite, " + trim(min) + " to " + trim(max);
        return require(value >= min && value <= max, field, value, expected);
    }

    /** Requires 1 to {@code max} characters (code points) that are not all blank. */
    public boolean requireText(String field, String value, int max) {
        String expected = "1 to " + max + " characters, not only blanks";
        if (value.isBlank()) {
            return require(false, field, value.isEmpty() ? "empty" : "blank", expected);
        }
        return requireLength(field, value, max, expected);
    }

    /** Requires at most {@code max} characters (code points). */
    public boolean requireLength(String field, String value, int max) {
        return requireLength(field, value, max, "at most " + max + " characters");
    }

    private boolean requireLength(String field, String value, int max, String expected) {
        int length = value.codePointCount(0, value.length());
        return require(length <= max, field, length + " characters", expected);
    }

    /** Requires a media type that is empty or the one that the bytes beside it have. */
    public boolean requireMediaType(String field, String said, String found) {
        return require(said.isEmpty() || said.equals(found), field, said, "empty, or " + found + " as the bytes say");
    }

    /** Whether no fault was found. */
    public boolean isEmpty() {
        return count == 0;
    }

    /**
     * Ends the check.
     *
     * @throws StatusRuntimeException {@code INVALID_ARGUMENT} with {@link BadRequest} details, if there is any fault
     */
    public void throwIfAny() {
        if (count > 0) {
            throw toException();
        }
    }

    /** {@code INVALID_ARGUMENT} with {@link BadRequest} details; at least one fault was found. */
    public StatusRuntimeException toException() {
        String message = listed.stream().map(FieldViolation::getDescription).collect(Collectors.joining("; "));
        if (count > listed.size()) {
            message += "; and " + (count - listed.size()) + " more";
        }
        return Statuses.of(
                Code.INVALID_ARGUMENT,
                message,
                BadRequest.newBuilder().addAllFieldViolations(listed).build());
    }

    private static String shorten(Object value) {
        return Statuses.cut(String.valueOf(value), MAX_VALUE_BYTES, Statuses::utf8Bytes);
    }

    private static String trim(float bound) {
        return bound == Math.rint(bound) ? Long.toString((long) bound) : Float.toString(bound);
    }
}
