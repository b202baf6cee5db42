package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.pipeline.DecodingOptions.Strategy;
import multimodal.clip.pipeline.TextEvent.MadeText;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.admission.Admission;
import multimodal.inference.admission.AdmissionListener;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.RowTimes;
import multimodal.inference.admission.StepTimeEstimate;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.decoding.FinishReason;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import org.junit.jupiter.api.Test;

class TextContinuerTest {

    private final FakeModel model = TinyModels.text();
    private final List<TextEvent> events = new ArrayList<>();

    @Test
    void continuationKeepsTheBlankThatPartsItFromThePrompt() {
        TextEvent.Result result = continueText("once", OptionalInt.empty());

        assertThat(result.first().text()).isEqualTo(TinyModels.STORY);
        assertThat(result.first().finishReason()).isEqualTo(FinishReason.END);
        assertThat(result.info().cutTexts()).isEmpty();
    }

    @Test
    void noPieceHoldsHalfACharacter() {
        TextEvent.Result result = continueText("once", OptionalInt.empty());

        List<String> pieces = pieces();
        assertThat(pieces).noneMatch(piece -> piece.contains("\uFFFD")).contains("猫", "");
        assertThat(String.join("", pieces)).isEqualTo(result.first().text());
    }

    @Test
    void textThatEndsInsideACharacterLosesIt() {
        TextEvent.Result result = continueText("once", OptionalInt.of(3));

        assertThat(result.first().text()).isEqualTo(" ");
        assertThat(result.first().tokenCount()).isEqualTo(3);
        assertThat(pieces()).hasSize(3);
    }

    @Test
    void promptBeyondTheContextLosesItsBeginningAndIsTold() {
        TextEvent.Result result = continueText("once upon a time there lived a cat", OptionalInt.of(16));

        assertThat(result.info().cutTexts())
                .containsExactly(new CutText("text", List.of("once", "upon", "a", "time", "th")));
        assertThat(result.first().text()).isEqualTo(TinyModels.STORY);
    }

    @Test
    void withoutALimitTheContextIsFilled() {
        TextEvent.Result result = continueText("a prompt that is longer than the context", OptionalInt.empty());

        assertThat(model.runs())
                .extracting(FakeModel.Run::length)
                .startsWith(24, 1)
                .containsOnly(24, 1);
        assertThat(result.first().tokenCount()).isEqualTo(TinyModels.MAX_LENGTH / 4);
        assertThat(result.first().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void aDeadlineThatCannotHoldALongPromptIsToldBeforeAnythingRuns() {
        model.behind(doorOfADecoder(Duration.ofMinutes(1)));
        RequestContext fourMinutes = endingIn(Duration.ofMinutes(4));

        assertThatThrownBy(() -> continueText("once upon a time", fourMinutes))
                .isInstanceOfSatisfying(
                        InferenceException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.DEADLINE_EXCEEDED))
                .hasMessageContaining("the work takes about 420000 ms");
        assertThat(model.runs()).isEmpty();
        continueText("once", fourMinutes);
        assertThat(model.runs()).isNotEmpty();
    }

    @Test
    void thePromptCountsWithItsPaddingAndEachTextWithItsTokens() {
        DecodingOptions decoding = DecodingOptions.greedy().withMaxTokens(OptionalInt.of(5));
        continueText(new ContinueOptions(text("once upon a time"), decoding, 3));

        assertThat(model.costs()).containsExactly(Cost.ofText("decoder", 24, 5, 3));
    }

    @Test
    void severalTextsReadThePromptOnceAndEachEndsByItself() {
        Strategy drawn = new Sampled(1, 0, 1, OptionalLong.of(3));
        DecodingOptions decoding = DecodingOptions.of(drawn).withMaxTokens(OptionalInt.of(20));

        TextEvent.Result result = continueText(new ContinueOptions(text("once"), decoding, 5));

        assertThat(result.texts()).hasSize(5);
        assertThat(result.texts().stream().map(MadeText::tokenCount).distinct())
                .as("lengths")
                .hasSizeGreaterThan(1);
        for (int number = 0; number < 5; number++) {
            int sequence = number;
            MadeText made = result.texts().get(number);
            List<TextEvent.Token> own =
                    tokens().filter(token -> token.sequence() == sequence).toList();
            assertThat(own).hasSize(made.tokenCount());
            assertThat(own.stream().map(TextEvent.Token::text).collect(Collectors.joining()))
                    .isEqualTo(made.text());
            assertThat(own.stream().mapToDouble(TextEvent.Token::logProbability).sum())
                    .isCloseTo(made.logProbability(), within(1e-4));
        }
        assertThat(model.runs())
                .extracting(FakeModel.Run::length)
                .filteredOn(length -> length > 1)
                .hasSize(1);
    }

    @Test
    void severalBeamsComeLikeliestFirst() {
        DecodingOptions decoding = DecodingOptions.of(new Beam(4, 0)).withMaxTokens(OptionalInt.of(12));

        List<MadeText> texts =
                continueText(new ContinueOptions(text("once"), decoding, 3)).texts();

        assertThat(texts.get(0).text()).isEqualTo(TinyModels.STORY);
        assertThat(texts).extracting(MadeText::logProbability).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(texts).extracting(MadeText::text).doesNotHaveDuplicates();
    }

    private TextEvent.Result continueText(String prompt, OptionalInt maxTokens) {
        DecodingOptions decoding = DecodingOptions.greedy().withMaxTokens(maxTokens);
        return continueText(new ContinueOptions(text(prompt), decoding, 1));
    }

    /** Two tokens. */
    private void continueText(String prompt, RequestContext context) {
        DecodingOptions decoding = DecodingOptions.greedy().withMaxTokens(OptionalInt.of(2));
        new TextContinuer().continueText(model, new ContinueOptions(text(prompt), decoding, 1), context, events::add);
    }

    private TextEvent.Result continueText(ContinueOptions options) {
        new TextContinuer().continueText(model, options, RequestContext.detached(), events::add);
        return (TextEvent.Result) events.get(events.size() - 1);
    }

    private Stream<TextEvent.Token> tokens() {
        return events.stream().filter(TextEvent.Token.class::isInstance).map(TextEvent.Token.class::cast);
    }

    private List<String> pieces() {
        return tokens().map(TextEvent.Token::text).toList();
    }

    /** Of a decoder that takes so long for a step, and for every four ids of a prompt. */
    private static Admission doorOfADecoder(Duration perStep) {
        StepTimeEstimate estimate = new StepTimeEstimate();
        estimate.calibrate("decoder", new RowTimes() {
            @Override
            public int maxRows() {
                return 1;
            }

            @Override
            public double nanosPerRow(int rows) {
                return perStep.toNanos();
            }

            @Override
            public double promptUnits(int tokens) {
                return tokens / 4.0;
            }
        });
        return new Admission(new ModelId("tiny-text", "1"), 100, estimate, AdmissionListener.NONE, System::nanoTime);
    }

    private static RequestContext endingIn(Duration duration) {
        long end = System.nanoTime() + duration.toNanos();
        return new RequestContext("", OptionalLong.of(end), () -> false, Context.root());
    }
}
