package multimodal.inference.repository;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;

/**
 * The task-specific part of a manifest, read by the pipeline of that task. Every getter fails with
 * {@link ErrorKind#MISCONFIGURED}, naming the key, what was found and what is expected.
 *
 * @param values as parsed from YAML
 */
public record Parameters(Map<String, Object> values) {

    public Parameters {
        values = Map.copyOf(values);
    }

    public boolean has(String key) {
        return values.containsKey(key);
    }

    public int integer(String key) {
        return typed(key, Number.class, "an integer").intValue();
    }

    public double number(String key) {
        return typed(key, Number.class, "a number").doubleValue();
    }

    public String text(String key) {
        return typed(key, String.class, "a text");
    }

    /** The one of {@code choices} whose name in lower case is the text. */
    public <E extends Enum<E>> E choice(String key, E[] choices) {
        String found = text(key);
        return Arrays.stream(choices)
                .filter(choice -> word(choice).equals(found))
                .findFirst()
                .orElseThrow(() -> fault(
                        key, found, Arrays.stream(choices).map(Parameters::word).collect(Collectors.joining(", "))));
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    public boolean flag(String key) {
        return typed(key, Boolean.class, "true or false");
    }

    public Parameters section(String key) {
        return new Parameters(mapOf(typed(key, Map.class, "a section")));
    }

    public List<String> texts(String key) {
        return typed(key, List.class, "a list of texts").stream()
                .map(String::valueOf)
                .toList();
    }

    public List<Long> integers(String key) {
        return typed(key, List.class, "a list of integers").stream()
                .map(value -> toLong(key, value))
                .toList();
    }

    private static Long toLong(String key, Object value) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        throw fault(key, value, "integers");
    }

    private <T> T typed(String key, Class<T> type, String expected) {
        Object value = values.get(key);
        if (!type.isInstance(value)) {
            throw fault(key, value, expected);
        }
        return type.cast(value);
    }

    private static InferenceException fault(String key, Object value, String expected) {
        return new InferenceException(
                ErrorKind.MISCONFIGURED,
                "model.yaml: parameters.%s: %s (expected: %s)".formatted(key, value, expected));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> mapOf(Map<?, ?> section) {
        return (Map<String, Object>) section;
    }
}
