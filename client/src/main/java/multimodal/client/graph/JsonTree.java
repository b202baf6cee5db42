package multimodal.client.graph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Reads JSON as RFC 8259 has it, within {@link TreeLimits}; a key that comes twice is a fault. */
final class JsonTree {

    /** Longer numbers are no numbers that anybody means, and take long to read. */
    private static final int MAX_NUMBER_LENGTH = 64;

    private final JsonReader reader;
    private final TreeLimits limits = new TreeLimits();

    private JsonTree(String text) {
        reader = new JsonReader(new StringReader(text));
        reader.setStrictness(Strictness.STRICT);
        reader.setNestingLimit(TreeLimits.MAX_DEPTH + 2);
    }

    static JsonElement read(String text) {
        JsonTree tree = new JsonTree(text);
        try {
            JsonElement root = tree.value(0);
            if (tree.reader.peek() != JsonToken.END_DOCUMENT) {
                throw tree.fault("something after the end");
            }
            return root;
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new GraphException("not JSON: "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
    }

    private JsonElement value(int depth) throws IOException {
        limits.take(depth);
        return switch (reader.peek()) {
            case BEGIN_OBJECT -> object(depth);
            case BEGIN_ARRAY -> array(depth);
            case STRING -> new JsonPrimitive(reader.nextString());
            case NUMBER -> number(reader.nextString());
            case BOOLEAN -> new JsonPrimitive(reader.nextBoolean());
            case NULL -> {
                reader.nextNull();
                yield JsonNull.INSTANCE;
            }
            default -> throw fault("not JSON");
        };
    }

    private JsonObject object(int depth) throws IOException {
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (object.has(key)) {
                throw fault("a key that comes twice");
            }
            object.add(key, value(depth + 1));
        }
        reader.endObject();
        return object;
    }

    private JsonArray array(int depth) throws IOException {
        JsonArray array = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
            array.add(value(depth + 1));
        }
        reader.endArray();
        return array;
    }

    private JsonPrimitive number(String text) {
        if (text.length() > MAX_NUMBER_LENGTH) {
            throw fault("a number of %d characters".formatted(text.length()));
        }
        return text.matches("-?\\d+")
                ? TreeLimits.number(new BigInteger(text))
                : new JsonPrimitive(new BigDecimal(text).doubleValue());
    }

    private GraphException fault(String what) {
        return new GraphException("%s at %s".formatted(what, reader.getPath()));
    }
}
