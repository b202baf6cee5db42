package multimodal.inference.repository;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * A mapping of the manifest. Each getter notes what is wrong and answers something harmless, so that reading goes on to the
 * next fault; nothing that was read may be used before {@link ManifestProblems#throwIfAny}.
 */
final class ManifestSection {

    private final ManifestProblems problems;
    private final String path;
    private final int line;
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    /** Reads {@code node}, which should be a mapping; the empty {@code path} is the top. */
    ManifestSection(Node node, String path, ManifestProblems problems) {
        this.problems = problems;
        this.path = path;
        this.line = lineOf(node);
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::add);
        } else {
            problems.add(line, path.isEmpty() ? "document" : path, YamlValues.show(node), "keys with values");
        }
    }

    private void add(NodeTuple entry) {
        Node key = entry.getKeyNode();
        if (!(key instanceof ScalarNode scalar)) {
            problems.add(lineOf(key), path.isEmpty() ? "document" : path, YamlValues.show(key), "a plain key");
        } else if (values.putIfAbsent(scalar.getValue(), entry.getValueNode()) != null) {
            problems.add(lineOf(key), keyPath(scalar.getValue()), "again", "each key once");
        }
    }

    private static int lineOf(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    String keyPath(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    int line() {
        return line;
    }

    /** The line of a key's value, or of the section where the key is missing. */
    int lineOf(String key) {
        return values.containsKey(key) ? lineOf(values.get(key)) : line;
    }

    Set<String> keys() {
        return values.keySet();
    }

    boolean has(String key) {
        known.add(key);
        return values.containsKey(key);
    }

    /** Notes a fault of the value of {@code key}. */
    void fault(String key, Object found, String expected) {
        problems.add(lineOf(key), keyPath(key), found, expected);
    }

    /** A text that is not blank. */
    String text(String key) {
        return require(key, "a text")
                .filter(node -> {
                    boolean sound =
                            node.getTag().equals(Tag.STR) && !node.getValue().isBlank();
                    if (!sound) {
                        fault(key, YamlValues.show(node), "a text" + hint(node));
                    }
                    return sound;
                })
                .map(ScalarNode::getValue)
                .orElse("");
    }

    private static String hint(ScalarNode node) {
        boolean other = !node.getTag().equals(Tag.STR) && !node.getTag().equals(Tag.NULL);
        return other ? ": '%s'".formatted(node.getValue()) : ", not empty";
    }

    /** The characters of a plain value, whatever YAML takes them for: a checksum may look like a number. */
    String characters(String key) {
        return require(key, "a text").map(ScalarNode::getValue).orElse("");
    }

    int integer(String key, int from, int to) {
        String expected = "an integer, " + from + " to " + to;
        return require(key, expected)
                .flatMap(node -> {
                    Optional<Integer> value = YamlValues.integer(node).filter(number -> number >= from && number <= to);
                    if (value.isEmpty()) {
                        fault(key, YamlValues.show(node), expected);
                    }
                    return value;
                })
                .orElse(from);
    }

    double positive(String key) {
        String expected = "a number greater than 0";
        return require(key, expected)
                .flatMap(node -> {
                    Optional<Double> value = YamlValues.number(node).filter(number -> number > 0);
                    if (value.isEmpty()) {
                        fault(key, YamlValues.show(node), expected);
                    }
                    return value;
                })
                .orElse(1.0);
    }

    List<Integer> integers(String key, int from, int to) {
        String expected = "a list of integers, each " + from + " to " + to;
        List<Integer> numbers = new ArrayList<>();
        for (Node item : items(key, expected)) {
            Optional<Integer> number = YamlValues.integer(item).filter(value -> value >= from && value <= to);
            number.ifPresentOrElse(numbers::add, () -> fault(key, YamlValues.show(item), expected));
        }
        return numbers;
    }

    List<Float> numbers(String key, int count) {
        String expected = "a list of " + count + " numbers";
        List<Float> numbers = new ArrayList<>();
        List<Node> items = items(key, expected);
        for (Node item : items) {
            YamlValues.number(item).ifPresent(number -> numbers.add(number.floatValue()));
        }
        if (values.containsKey(key) && (items.size() != count || numbers.size() != count)) {
            fault(key, YamlValues.show(values.get(key)), expected);
        }
        return numbers;
    }

    private Optional<ScalarNode> require(String key, String expected) {
        known.add(key);
        Node node = values.get(key);
        if (node == null) {
            problems.missing(line, keyPath(key), expected);
            return Optional.empty();
        }
        if (node instanceof ScalarNode scalar) {
            return Optional.of(scalar);
        }
        fault(key, YamlValues.show(node), expected);
        return Optional.empty();
    }

    private List<Node> items(String key, String expected) {
        known.add(key);
        Node node = values.get(key);
        if (node == null) {
            problems.missing(line, keyPath(key), expected);
            return List.of();
        }
        if (node instanceof SequenceNode sequence) {
            return sequence.getValue();
        }
        fault(key, YamlValues.show(node), expected);
        return List.of();
    }

    /** The mapping under {@code key}; an empty one if it is missing. */
    Optional<ManifestSection> section(String key) {
        known.add(key);
        if (!values.containsKey(key)) {
            problems.missing(line, keyPath(key), "keys with values");
            return Optional.empty();
        }
        return Optional.of(new ManifestSection(values.get(key), keyPath(key), problems));
    }

    /** The mapping under {@code key}, which may be left out. */
    Optional<ManifestSection> optionalSection(String key) {
        return has(key) ? section(key) : Optional.empty();
    }

    /** The one of {@code values} whose name stands under {@code key}; {@code expected} are these names in words. */
    <T> Optional<T> named(String key, T[] values, Function<T, String> name, String expected) {
        String found = text(key);
        Optional<T> value = Arrays.stream(values)
                .filter(each -> name.apply(each).equals(found))
                .findFirst();
        if (value.isEmpty() && !found.isEmpty()) {
            fault(key, found, expected);
        }
        return value;
    }

    /** The mappings in the list under {@code key}, at least one. */
    List<ManifestSection> sections(String key) {
        List<ManifestSection> sections = new ArrayList<>();
        List<Node> items = items(key, "a list");
        for (Node item : items) {
            sections.add(new ManifestSection(item, keyPath(key) + "[" + sections.size() + "]", problems));
        }
        if (values.get(key) instanceof SequenceNode && items.isEmpty()) {
            fault(key, "[]", "at least one");
        }
        return sections;
    }

    /** Everything under {@code key} as plain values, unchecked. */
    Optional<Object> plain(String key) {
        known.add(key);
        return Optional.ofNullable(values.get(key)).flatMap(node -> YamlValues.plain(node, keyPath(key), problems));
    }

    /** Notes every key that no getter has asked for. */
    void refuseOthers() {
        refuseOthersThan(known);
    }

    /** Notes every key that is not one of {@code known}. */
    void refuseOthersThan(Collection<String> known) {
        for (Map.Entry<String, Node> entry : values.entrySet()) {
            if (!known.contains(entry.getKey())) {
                problems.unknown(lineOf(entry.getValue()), keyPath(entry.getKey()), entry.getKey(), known);
            }
        }
    }
}
