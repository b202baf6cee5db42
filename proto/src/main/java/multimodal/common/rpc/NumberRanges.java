package multimodal.common.rpc;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import multimodal.common.v1.Range;
import multimodal.common.v1.RangeProto;

/**
 * Checks the numbers of a request, and how many items its lists have, against the ranges that its proto tells ({@code
 * multimodal.common.v1.range} and {@code items}).
 */
public final class NumberRanges {

    private final List<Fault> faults = new ArrayList<>();

    private NumberRanges() {}

    /**
     * A number outside of its range.
     *
     * @param path from the message on, such as {@code decoding.beam.beam_count}
     * @param expected what is allowed, in the words of {@link Violations}
     */
    public record Fault(String path, Object value, String expected) {
        /** As {@link Violations} describes it. */
        public String description() {
            return path + ": " + value + " (expected: " + expected + ")";
        }
    }

    /**
     * Every number set in {@code message}, or in what it holds, that is outside of its range, and every list of too many
     * items. That a list has too few is left to the service: what is set here may not be all of it.
     */
    public static List<Fault> faults(Message message) {
        NumberRanges ranges = new NumberRanges();
        ranges.check(message, "");
        return ranges.faults;
    }

    private void check(Message message, String prefix) {
        message.getAllFields().forEach((field, value) -> {
            String path = prefix + field.getName();
            if (value instanceof List<?> elements) {
                checkCount(field, elements.size(), path);
                for (int i = 0; i < elements.size(); i++) {
                    check(field, elements.get(i), path + "[" + i + "]");
                }
            } else {
                check(field, value, path);
            }
        });
    }

    private void checkCount(FieldDescriptor field, int count, String path) {
        if (field.getOptions().hasExtension(RangeProto.items)) {
            Range range = field.getOptions().getExtension(RangeProto.items);
            if (count > range.getMax()) {
                String expected = range.getMin() == 0 ? "at most " + plain(range.getMax()) : bounds(range);
                faults.add(new Fault(path, count + " items", expected));
            }
        }
    }

    private void check(FieldDescriptor field, Object value, String path) {
        if (value instanceof Message message) {
            check(message, path + ".");
        } else if (field.getOptions().hasExtension(RangeProto.range)) {
            Range range = field.getOptions().getExtension(RangeProto.range);
            if (!isWithin(range, number(value))) {
                faults.add(new Fault(path, value, expected(field, range)));
            }
        }
    }

    private static boolean isWithin(Range range, double number) {
        return number <= range.getMax()
                && (range.getMinExcluded() ? number > range.getMin() : number >= range.getMin())
                && (range.getMultipleOf() == 0 || number % range.getMultipleOf() == 0);
    }

    /** A float is the decimal that was written, as its bounds are: 0.1 and not 0.10000000149. */
    private static double number(Object value) {
        return value instanceof Float number ? Double.parseDouble(number.toString()) : ((Number) value).doubleValue();
    }

    private static String expected(FieldDescriptor field, Range range) {
        boolean isWhole = field.getJavaType() == FieldDescriptor.JavaType.INT
                || field.getJavaType() == FieldDescriptor.JavaType.LONG;
        return (isWhole ? "" : "finite, ")
                + (range.getMultipleOf() == 0 ? "" : "a multiple of " + range.getMultipleOf() + ", ")
                + bounds(range);
    }

    private static String bounds(Range range) {
        return (range.getMinExcluded() ? "above " : "") + plain(range.getMin()) + " to " + plain(range.getMax());
    }

    private static String plain(double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }
}
