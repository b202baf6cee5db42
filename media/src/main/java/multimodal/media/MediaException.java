package multimodal.media;

/** A file that cannot be read: what was found and what is expected. Never a sign of a bug in the reader's caller. */
public final class MediaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What is wrong with the file. */
    public enum Kind {
        /** No bytes at all. */
        EMPTY,
        /** More bytes than allowed. */
        TOO_MANY_BYTES,
        /** The header declares more pixels than allowed. */
        TOO_MANY_PIXELS,
        /** None of the formats that are read here. */
        UNKNOWN_FORMAT,
        /** A known format, but of a kind that is not read here. */
        UNSUPPORTED,
        /** The file ends before the picture does. */
        TRUNCATED,
        /** The file contradicts its format. */
        CORRUPT
    }

    private final Kind kind;
    private final String found;
    private final String expected;

    MediaException(Kind kind, String found, String expected) {
        this(kind, found, expected, null);
    }

    MediaException(Kind kind, String found, String expected, Throwable cause) {
        super("%s (expected: %s)".formatted(found, expected), cause);
        this.kind = kind;
        this.found = found;
        this.expected = expected;
    }

    public Kind kind() {
        return kind;
    }

    /** What the file has, e.g. {@code PNG of 60000x60000 pixels}. */
    public String found() {
        return found;
    }

    /** What would do, e.g. {@code at most 16777216 pixels}. */
    public String expected() {
        return expected;
    }
}
