package multimodal.inference.rpc;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import java.util.Optional;
import multimodal.common.v1.ModelRef;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;

/**
 * What the span of a request says of its model, in the words of OpenTelemetry's semantic conventions for generative AI
 * (1.37, "Inference" and "Embeddings"). Requests that nobody traces say nothing.
 */
public final class GenAiSpans {

    private static final AttributeKey<String> OPERATION = AttributeKey.stringKey("gen_ai.operation.name");
    private static final AttributeKey<String> PROVIDER = AttributeKey.stringKey("gen_ai.provider.name");
    private static final AttributeKey<String> OUTPUT_TYPE = AttributeKey.stringKey("gen_ai.output.type");
    private static final AttributeKey<String> REQUEST_MODEL = AttributeKey.stringKey("gen_ai.request.model");
    private static final AttributeKey<String> RESPONSE_MODEL = AttributeKey.stringKey("gen_ai.response.model");
    private static final String FLEET = "multimodal_fleet";

    /** What a request wants of its model. */
    public enum Operation {
        /** Pictures. */
        GENERATE_IMAGE("generate_content", "image"),
        /** A text about other content. */
        GENERATE_TEXT("generate_content", "text"),
        /** The rest of a text. */
        COMPLETE_TEXT("text_completion", "text"),
        /** Embeddings, or what follows from them. */
        EMBED("embeddings", null);

        private final String name;
        private final Optional<String> outputType;

        Operation(String name, String outputType) {
            this.name = name;
            this.outputType = Optional.ofNullable(outputType);
        }
    }

    private GenAiSpans() {}

    /** Says what a request asks for, before its model is looked for. */
    public static void asked(RequestContext request, Operation operation, ModelRef model) {
        Span span = Span.fromContext(request.trace());
        span.setAttribute(OPERATION, operation.name);
        span.setAttribute(PROVIDER, FLEET);
        operation.outputType.ifPresent(type -> span.setAttribute(OUTPUT_TYPE, type));
        if (!model.getName().isEmpty()) {
            span.setAttribute(REQUEST_MODEL, model.getName());
        }
    }

    /** Says which model answers, which is also the one that was asked for if the request named none. */
    public static void answered(RequestContext request, ModelRef asked, ModelId model) {
        Span span = Span.fromContext(request.trace());
        span.setAttribute(RESPONSE_MODEL, model.toString());
        if (asked.getName().isEmpty()) {
            span.setAttribute(REQUEST_MODEL, model.name());
        }
    }
}
