package multimodal.clip.index;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/** Metadata as a JSON object of texts, numbers and booleans: how every index keeps them, and what PostgreSQL filters by. */
final class MetadataJson {

    private static final JsonFactory JSON = new JsonFactory();

    private MetadataJson() {}

    static String write(Map<String, MetadataValue> metadata) {
        StringWriter json = new StringWriter();
        try (JsonGenerator generator = JSON.createGenerator(json)) {
            generator.writeStartObject();
            for (Map.Entry<String, MetadataValue> entry : metadata.entrySet()) {
                generator.writeFieldName(entry.getKey());
                write(generator, entry.getValue());
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }

    static Map<String, MetadataValue> read(String json) {
        Map<String, MetadataValue> metadata = new HashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                metadata.put(key, value(parser));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return metadata;
    }

    private static void write(JsonGenerator generator, MetadataValue value) throws IOException {
        if (value instanceof MetadataValue.Text text) {
            generator.writeString(text.value());
        } else if (value instanceof MetadataValue.Number number) {
            generator.writeNumber(number.value());
        } else if (value instanceof MetadataValue.Flag flag) {
            generator.writeBoolean(flag.value());
        }
    }

    private static MetadataValue value(JsonParser parser) throws IOException {
        JsonToken token = parser.nextToken();
        return switch (token) {
            case VALUE_STRING -> new MetadataValue.Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new MetadataValue.Number(parser.getDoubleValue());
            case VALUE_TRUE, VALUE_FALSE -> new MetadataValue.Flag(parser.getBooleanValue());
            default -> throw new IOException("metadata with " + token);
        };
    }
}
