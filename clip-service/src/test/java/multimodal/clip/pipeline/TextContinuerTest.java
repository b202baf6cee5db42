package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import multimodal.clip.pipeline.DecodingOptions.Greedy;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.decoding.FinishReason;
import org.junit.jupiter.api.Test;

class TextContinuerTest {

    private final FakeModel model = TinyModels.text();
    private final List<TextEvent> events = new ArrayList<>();

    @Test
    void continuationKeepsTheBlankThatPartsItFromThePrompt() {
        TextEvent.Result result = continueText("once", OptionalInt.empty());

        assertThat(result.text()).isEqualTo(TinyModels.STORY);
        assertThat(result.finishReason()).isEqualTo(FinishReason.END);
        assertThat(result.info().cutTexts()).isEmpty();
    }

    @Test
    void noPieceHoldsHalfACharacter() {
        TextEvent.Result result = continueText("once", OptionalInt.empty());

        List<String> pieces = pieces();
        assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD")).contains("猫", "");
        assertThat(String.join("", pieces)).isEqualTo(result.text());
    }

    @Test
    void textThatEndsInsideACharacterLosesIt() {
        TextEvent.Result result = continueText("once", OptionalInt.of(3));

        assertThat(result.text()).isEqualTo(" ");
        assertThat(result.tokenCount()).isEqualTo(3);
        assertThat(pieces()).hasSize(3);
    }

    @Test
    void promptBeyondTheContextLosesItsBeginningAndIsTold() {
        TextEvent.Result result = continueText("once upon a time there lived a cat", OptionalInt.of(16));

        assertThat(result.info().cutTexts())
                .containsExactly(new CutText("text", List.of("once", "upon", "a", "time", "th")));
        assertThat(result.text()).isEqualTo(TinyModels.STORY);
    }

    @Test
    void withoutALimitTheContextIsFilled() {
        TextEvent.Result result = continueText("a prompt that is longer than the context", OptionalInt.empty());

        assertThat(model.runs())
                .extracting(FakeModel.Run::length)
                .startsWith(24, 1)
                .containsOnly(24, 1);
        assertThat(result.tokenCount()).isEqualTo(TinyModels.MAX_LENGTH / 4);
        assertThat(result.finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    private TextEvent.Result continueText(String prompt, OptionalInt maxTokens) {
        DecodingOptions decoding = new DecodingOptions(maxTokens, new Greedy(), 1, List.of());
        new TextContinuer()
                .continueText(
                        model, new ContinueOptions(text(prompt), decoding), RequestContext.detached(), events::add);
        return (TextEvent.Result) events.get(events.size() - 1);
    }

    private List<String> pieces() {
        return events.stream()
                .filter(TextEvent.Token.class::isInstance)
                .map(event -> ((TextEvent.Token) event).text())
                .collect(Collectors.toList());
    }
}
