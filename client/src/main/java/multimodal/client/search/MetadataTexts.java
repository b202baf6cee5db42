package multimodal.client.search;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import multimodal.clip.v1.MetadataValue;

/** Metadata of pictures as people type and read it. */
public final class MetadataTexts {

    private MetadataTexts() {}

    /** {@code typed} as a yes or no ({@code true}, {@code false}) or a finite number if it is one, else as a text. */
    public static MetadataValue read(String typed) {
        if (typed.equals("true") || typed.equals("false")) {
            return MetadataValue.newBuilder()
                    .setFlag(Boolean.parseBoolean(typed))
                    .build();
        }
        try {
            double number = Double.parseDouble(typed);
            // Java also reads 1f, NaN and Infinity, which are words to everybody else.
            if (Double.isFinite(number) && Character.isDigit(typed.charAt(typed.length() - 1))) {
                return MetadataValue.newBuilder().setNumber(number).build();
            }
        } catch (NumberFormatException e) {
            // A text, then.
        }
        return MetadataValue.newBuilder().setText(typed).build();
    }

    /** {@code value} as {@link #read} takes it. */
    public static String write(MetadataValue value) {
        return switch (value.getValueCase()) {
            case TEXT -> value.getText();
            case FLAG -> Boolean.toString(value.getFlag());
            case NUMBER -> number(value.getNumber());
            case VALUE_NOT_SET -> "";
        };
    }

    /** For example {@code file=cat.png, year=2024}, in the order of the keys. */
    public static String write(Map<String, MetadataValue> metadata) {
        return new TreeMap<>(metadata)
                .entrySet().stream()
                        .map(entry -> entry.getKey() + "=" + write(entry.getValue()))
                        .collect(Collectors.joining(", "));
    }

    private static String number(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e15
                ? String.format(Locale.ROOT, "%.0f", number)
                : Double.toString(number);
    }
}
