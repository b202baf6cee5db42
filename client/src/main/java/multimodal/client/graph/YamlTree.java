package multimodal.client.graph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.math.BigInteger;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads YAML as the JSON that it stands for, within {@link TreeLimits}: what aliases repeat is counted as often as it comes, so
 * that a small file cannot grow. A key that comes twice is a fault, and so are keys that are no texts.
 */
final class YamlTree {

    private static final int MAX_ALIASES = 50;

    private final TreeLimits limits = new TreeLimits();

    private YamlTree() {}

    static JsonElement read(String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(TreeLimits.MAX_DEPTH + 1);
        options.setCodePointLimit(GraphFile.MAX_BYTES);
        return new YamlTree().json(load(text, options), 0);
    }

    private static Object load(String text, LoaderOptions options) {
        try {
            return new Yaml(new SafeConstructor(options)).load(text);
        } catch (MarkedYAMLException e) {
            throw new GraphException("not YAML: " + e.getProblem() + place(e.getProblemMark()));
        } catch (RuntimeException e) {
            // A value that is not what its tag says comes as whatever its parser throws.
            throw new GraphException("not YAML: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private JsonElement json(Object value, int depth) {
        limits.take(depth);
        if (value instanceof Map<?, ?> map) {
            JsonObject object = new JsonObject();
            map.forEach((key, element) -> object.add(key(key), json(element, depth + 1)));
            return object;
        }
        if (value instanceof List<?> list) {
            JsonArray array = new JsonArray();
            list.forEach(element -> array.add(json(element, depth + 1)));
            return array;
        }
        return scalar(value);
    }

    private static String key(Object key) {
        if (key instanceof String text) {
            return text;
        }
        throw new GraphException("the key %s (expected: a text; put it into quotes)".formatted(key));
    }

    private static JsonElement scalar(Object value) {
        if (value == null) {
            return JsonNull.INSTANCE;
        }
        if (value instanceof Boolean truth) {
            return new JsonPrimitive(truth);
        }
        if (value instanceof Double number) {
            // The names that proto3 JSON has for what JSON has no number for are those of Java.
            return Double.isFinite(number) ? new JsonPrimitive(number) : new JsonPrimitive(number.toString());
        }
        if (value instanceof Number number) {
            return TreeLimits.number(new BigInteger(number.toString()));
        }
        if (value instanceof byte[] bytes) {
            return new JsonPrimitive(Base64.getEncoder().encodeToString(bytes));
        }
        if (value instanceof String text) {
            return new JsonPrimitive(text);
        }
        throw new GraphException("a %s (expected: a text; put it into quotes)"
                .formatted(value.getClass().getSimpleName().toLowerCase(Locale.ROOT)));
    }

    private static String place(Mark mark) {
        return mark == null ? "" : " in line %d, column %d".formatted(mark.getLine() + 1, mark.getColumn() + 1);
    }
}
