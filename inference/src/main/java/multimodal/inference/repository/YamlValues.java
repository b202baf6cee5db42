package multimodal.inference.repository;

import java.io.StringReader;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** YAML as a tree whose nodes know their line, and its values. Makes plain Java values only, never objects of named classes. */
final class YamlValues {

    private static final int MAX_DEPTH = 20;

    private YamlValues() {}

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setNestingDepthLimit(MAX_DEPTH);
        return options;
    }

    /**
     * The tree of a document; null if it is empty.
     *
     * @throws YAMLException if it is no YAML or is nested more than 20 deep
     */
    static Node parse(String text) {
        return new Yaml(new SafeConstructor(options())).compose(new StringReader(text));
    }

    /** {@code node} as maps, lists, texts, numbers and flags; what cannot be is noted. */
    static Optional<Object> plain(Node node, String path, ManifestProblems problems) {
        try {
            return Optional.ofNullable(new PlainConstructor().construct(node));
        } catch (YAMLException e) {
            note(e, node.getStartMark().getLine() + 1, path, "plain values, each key once", problems);
            return Optional.empty();
        }
    }

    /** Notes what YAML itself objects to, at the line it names or else at {@code line}. */
    static void note(YAMLException e, int line, String path, String expected, ManifestProblems problems) {
        if (e instanceof MarkedYAMLException marked && marked.getProblemMark() != null) {
            problems.add(marked.getProblemMark().getLine() + 1, path, marked.getProblem(), expected);
        } else {
            problems.add(line, path, e.getMessage(), expected);
        }
    }

    /** An integer in decimal digits. */
    static Optional<Integer> integer(Node node) {
        if (!(node instanceof ScalarNode scalar) || !node.getTag().equals(Tag.INT)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Integer.parseInt(scalar.getValue()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** A finite number, written as an integer or a decimal. */
    static Optional<Double> number(Node node) {
        if (!(node instanceof ScalarNode scalar) || !Set.of(Tag.INT, Tag.FLOAT).contains(node.getTag())) {
            return Optional.empty();
        }
        try {
            return Optional.of(Double.parseDouble(scalar.getValue())).filter(Double::isFinite);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** What stands there, short enough for a message. */
    static String show(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) || scalar.getValue().isEmpty() ? "nothing" : scalar.getValue();
        }
        if (node instanceof SequenceNode sequence) {
            return "a list of " + sequence.getValue().size();
        }
        return "keys with values";
    }

    private static final class PlainConstructor extends SafeConstructor {

        PlainConstructor() {
            super(options());
            setAllowDuplicateKeys(false);
        }

        Object construct(Node node) {
            refuseDeeperThan(MAX_DEPTH, node);
            return constructDocument(node);
        }

        // An alias can put a collection into itself, which the parser's own limit does not see.
        private static void refuseDeeperThan(int depth, Node node) {
            if (depth == 0) {
                throw new YAMLException("nested more than " + MAX_DEPTH + " deep");
            }
            if (node instanceof SequenceNode sequence) {
                sequence.getValue().forEach(item -> refuseDeeperThan(depth - 1, item));
            } else if (node instanceof MappingNode mapping) {
                mapping.getValue().forEach(entry -> refuseDeeperThan(depth - 1, entry.getValueNode()));
            }
        }
    }
}
