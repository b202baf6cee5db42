package multimodal.inference.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import multimodal.common.v1.ModelRef;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;
import multimodal.inference.rpc.GenAiSpans.Operation;
import org.junit.jupiter.api.Test;

class GenAiSpansTest {

    private static final ModelId FOUND = new ModelId("sticker", "2");
    private static final ModelRef BY_NAME =
            ModelRef.newBuilder().setName("sticker").build();
    private static final ModelRef OPEN = ModelRef.getDefaultInstance();

    private final Span span = SdkTracerProvider.builder()
            .build()
            .get("test")
            .spanBuilder("request")
            .startSpan();
    private final RequestContext request = new RequestContext(
            "", OptionalLong.empty(), () -> false, Context.root().with(span));

    @Test
    void aRequestSaysWhatItAsksOfWhichModelAndWhichAnswers() {
        GenAiSpans.asked(request, Operation.GENERATE_IMAGE, BY_NAME);
        GenAiSpans.answered(request, BY_NAME, FOUND);
        assertThat(attributes())
                .isEqualTo(Map.of(
                        "gen_ai.operation.name", "generate_content",
                        "gen_ai.output.type", "image",
                        "gen_ai.provider.name", "multimodal_fleet",
                        "gen_ai.request.model", "sticker",
                        "gen_ai.response.model", "sticker/2"));
    }

    @Test
    void aRequestWhoseModelIsNotFoundStillSaysWhichItWanted() {
        GenAiSpans.asked(request, Operation.COMPLETE_TEXT, BY_NAME);
        assertThat(attributes())
                .containsEntry("gen_ai.request.model", "sticker")
                .containsEntry("gen_ai.operation.name", "text_completion")
                .doesNotContainKey("gen_ai.response.model");
    }

    @Test
    void aRequestThatNamesNoModelWantsTheOneThatAnswers() {
        GenAiSpans.asked(request, Operation.EMBED, OPEN);
        GenAiSpans.answered(request, OPEN, FOUND);
        assertThat(attributes())
                .containsEntry("gen_ai.request.model", "sticker")
                .containsEntry("gen_ai.operation.name", "embeddings")
                .doesNotContainKey("gen_ai.output.type");
    }

    private Map<String, Object> attributes() {
        return ((ReadableSpan) span)
                .getAttributes().asMap().entrySet().stream()
                        .collect(Collectors.toMap(entry -> key(entry.getKey()), Map.Entry::getValue));
    }

    private static String key(AttributeKey<?> key) {
        return key.getKey();
    }
}
