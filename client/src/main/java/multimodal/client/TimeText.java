package multimodal.client;

import com.google.protobuf.util.Durations;
import java.time.Duration;
import java.util.Locale;

/** Times as people read them. */
public final class TimeText {

    private TimeText() {}

    /** The Java value of a proto duration. */
    public static Duration duration(com.google.protobuf.Duration duration) {
        return Duration.ofNanos(Durations.toNanos(duration));
    }

    /** Seconds with one decimal, for example {@code 2.4 s}. */
    public static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.1f s", duration.toMillis() / 1e3);
    }

    /** Milliseconds without a unit: one decimal below 10, none above. */
    public static String millis(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        return String.format(Locale.ROOT, millis < 10 ? "%.1f" : "%.0f", millis);
    }
}
