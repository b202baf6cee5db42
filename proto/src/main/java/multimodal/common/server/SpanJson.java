package multimodal.common.server;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Renders a span as JSON, with the names of OTLP: {@code traceId}, {@code spanId}, {@code parentSpanId} (absent for a
 * root), {@code links}, {@code name}, {@code kind}, {@code service}, {@code startTimeUnixNano}, {@code endTimeUnixNano},
 * {@code status}, {@code attributes} (an object), {@code events}.
 */
final class SpanJson {
    private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");

    private SpanJson() {}

    static String render(SpanData span) {
        JsonObject json = ids(span.getSpanContext());
        if (span.getParentSpanContext().isValid()) {
            json.put("parentSpanId", span.getParentSpanId());
        }
        return json.put("name", span.getName())
                .put("kind", span.getKind().name())
                .put("service", span.getResource().getAttribute(SERVICE_NAME))
                .put("startTimeUnixNano", span.getStartEpochNanos())
                .put("endTimeUnixNano", span.getEndEpochNanos())
                .put("status", span.getStatus().getStatusCode().name())
                .put("attributes", render(span.getAttributes()))
                .put("links", renderLinks(span.getLinks()))
                .put("events", renderEvents(span.getEvents()))
                .encode();
    }

    private static JsonObject ids(SpanContext context) {
        return new JsonObject().put("traceId", context.getTraceId()).put("spanId", context.getSpanId());
    }

    private static JsonArray renderLinks(List<LinkData> links) {
        JsonArray array = new JsonArray();
        links.forEach(link -> array.add(ids(link.getSpanContext()).put("attributes", render(link.getAttributes()))));
        return array;
    }

    private static JsonArray renderEvents(List<EventData> events) {
        JsonArray array = new JsonArray();
        events.forEach(event -> array.add(new JsonObject()
                .put("name", event.getName())
                .put("timeUnixNano", event.getEpochNanos())
                .put("attributes", render(event.getAttributes()))));
        return array;
    }

    private static JsonObject render(Attributes attributes) {
        JsonObject json = new JsonObject();
        attributes.forEach((key, value) -> json.put(key.getKey(), value));
        return json;
    }
}
