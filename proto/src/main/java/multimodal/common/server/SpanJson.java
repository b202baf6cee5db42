package multimodal.common.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * Renders a span as one line of JSON, with the names of OTLP: {@code traceId}, {@code spanId}, {@code parentSpanId}
 * (absent for a root), {@code name}, {@code kind}, {@code service}, {@code startTimeUnixNano}, {@code endTimeUnixNano},
 * {@code status}, {@code attributes} (an object), {@code links}, {@code events}.
 */
final class SpanJson {
    private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
    private static final JsonFactory FACTORY = new JsonFactory();

    private final JsonGenerator json;

    private SpanJson(JsonGenerator json) {
        this.json = json;
    }

    static String render(SpanData span) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            new SpanJson(json).write(span);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    private void write(SpanData span) throws IOException {
        json.writeStartObject();
        writeIds(span.getSpanContext());
        if (span.getParentSpanContext().isValid()) {
            json.writeStringField("parentSpanId", span.getParentSpanId());
        }
        json.writeStringField("name", span.getName());
        json.writeStringField("kind", span.getKind().name());
        json.writeStringField("service", span.getResource().getAttribute(SERVICE_NAME));
        json.writeNumberField("startTimeUnixNano", span.getStartEpochNanos());
        json.writeNumberField("endTimeUnixNano", span.getEndEpochNanos());
        json.writeStringField("status", span.getStatus().getStatusCode().name());
        writeAttributes(span.getAttributes());
        writeLinks(span.getLinks());
        writeEvents(span.getEvents());
        json.writeEndObject();
    }

    private void writeIds(SpanContext context) throws IOException {
        json.writeStringField("traceId", context.getTraceId());
        json.writeStringField("spanId", context.getSpanId());
    }

    private void writeLinks(List<LinkData> links) throws IOException {
        json.writeArrayFieldStart("links");
        for (LinkData link : links) {
            json.writeStartObject();
            writeIds(link.getSpanContext());
            writeAttributes(link.getAttributes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeEvents(List<EventData> events) throws IOException {
        json.writeArrayFieldStart("events");
        for (EventData event : events) {
            json.writeStartObject();
            json.writeStringField("name", event.getName());
            json.writeNumberField("timeUnixNano", event.getEpochNanos());
            writeAttributes(event.getAttributes());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeAttributes(Attributes attributes) throws IOException {
        json.writeObjectFieldStart("attributes");
        for (Map.Entry<AttributeKey<?>, Object> attribute : attributes.asMap().entrySet()) {
            json.writeFieldName(attribute.getKey().getKey());
            writeValue(attribute.getValue());
        }
        json.writeEndObject();
    }

    /** Text, number, truth value, or a list of one of them. */
    private void writeValue(Object value) throws IOException {
        if (value instanceof List<?> list) {
            json.writeStartArray();
            for (Object element : list) {
                writeValue(element);
            }
            json.writeEndArray();
        } else {
            json.writeObject(value);
        }
    }
}
