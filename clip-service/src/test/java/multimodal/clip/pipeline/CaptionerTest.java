package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.file;
import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import multimodal.clip.pipeline.DecodingOptions.Beam;
import multimodal.clip.pipeline.DecodingOptions.Greedy;
import multimodal.clip.pipeline.DecodingOptions.Sampled;
import multimodal.clip.pipeline.DecodingOptions.Strategy;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.FirstOutput;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.decoding.FinishReason;
import multimodal.inference.error.InferenceException;
import org.assertj.core.api.Condition;
import org.junit.jupiter.api.Test;

class CaptionerTest {

    private static final String CAPTION = TinyModels.CAPTION.strip();

    private final FakeModel model = TinyModels.caption();
    private final List<TextEvent> events = new ArrayList<>();

    @Test
    void greedyCaptionIsTheModelsTextWithoutTheBlankBeforeIt() {
        TextEvent.Result result = caption(new Greedy(), "en");

        assertThat(result.first().text()).isEqualTo(CAPTION);
        assertThat(result.first().finishReason()).isEqualTo(FinishReason.END);
        assertThat(result.first().tokenCount()).isEqualTo(TinyModels.CAPTION.length());
        assertThat(result.info().seed()).isEmpty();
    }

    @Test
    void everyTokenIsTimedWhenItIsTold() {
        TextEvent.Result result = caption(new Greedy(), "en");

        assertThat(model.firstOutputs()).hasSize(result.first().tokenCount()).containsOnly(FirstOutput.TOKEN);
    }

    @Test
    void everyNetworkIsAskedFor() {
        caption(new Beam(4, 1), "en");

        assertThat(model.costs()).containsExactly(Cost.of("vision", 1).and(Cost.ofText("decoder", 8, 24, 4)));
    }

    @Test
    void languageChoosesThePrefix() {
        assertThat(caption(new Greedy(), "zh").first().text()).isEqualTo("A GREY SQUARE");
    }

    @Test
    void piecesJoinedAreTheTextAndNoTokenIsImpossible() {
        TextEvent.Result result = caption(new Greedy(), "en");

        assertThat(tokens()).hasSize(result.first().tokenCount());
        assertThat(tokens().stream().map(TextEvent.Token::text).collect(Collectors.joining()))
                .isEqualTo(result.first().text());
        assertThat(tokens())
                .allSatisfy(token -> assertThat(token.logProbability()).isNegative());
    }

    @Test
    void pictureIsSeenOnceAndEachIdReadOnce() {
        caption(new Greedy(), "en");

        assertThat(model.runs())
                .filteredOn(run -> run.artifact().equals("vision"))
                .hasSize(1);
        assertThat(model.runs())
                .filteredOn(run -> run.artifact().equals("decoder"))
                .extracting(FakeModel.Run::length)
                .startsWith(8)
                .hasSize(TinyModels.CAPTION.length() + 1)
                .areExactly(TinyModels.CAPTION.length(), new Condition<>(length -> length == 1, "of one id"));
    }

    @Test
    void oneBeamEqualsGreedyAndSeveralFindTheSameCertainText() {
        List<TextEvent.Token> greedy = tokensOf(new Greedy());

        assertThat(tokensOf(new Beam(1, 1))).isEqualTo(greedy);
        assertThat(tokensOf(new Beam(4, 1))).isEqualTo(greedy);
    }

    @Test
    void sameSeedGivesTheSameText() {
        Sampled wild = new Sampled(3, 0, 1, OptionalLong.of(7));

        List<TextEvent.Token> first = tokensOf(wild);

        assertThat(tokensOf(wild)).isEqualTo(first);
    }

    @Test
    void drawnSeedIsTold() {
        assertThat(caption(new Sampled(1, 5, 0.9f, OptionalLong.empty()), "en")
                        .info()
                        .seed())
                .isPresent();
    }

    @Test
    void textEndsAtTheTokenLimit() {
        DecodingOptions options = DecodingOptions.greedy().withMaxTokens(OptionalInt.of(3));

        TextEvent.Result result = caption(options, "en");

        assertThat(result.first().text()).isEqualTo("a ");
        assertThat(result.first().finishReason()).isEqualTo(FinishReason.LENGTH);
    }

    @Test
    void textDoesNotEndBeforeTheLeastLength() {
        int least = TinyModels.CAPTION.length() + 3;

        for (Strategy strategy : List.of(new Greedy(), new Beam(3, 1))) {
            TextEvent.Result result = caption(DecodingOptions.of(strategy).withMinTokens(least), "en");

            assertThat(result.first().text()).isEqualTo(CAPTION + "xxx");
            assertThat(result.first().finishReason()).isEqualTo(FinishReason.END);
        }
    }

    @Test
    void textEndsBeforeTheFirstStopText() {
        DecodingOptions options = DecodingOptions.greedy().withStopTexts("square", "ey s");

        TextEvent.Result result = caption(options, "en");

        assertThat(result.first().text()).isEqualTo("a gr");
        assertThat(result.first().finishReason()).isEqualTo(FinishReason.STOP_TEXT);
        assertThat(tokens().stream().map(TextEvent.Token::text).collect(Collectors.joining()))
                .isEqualTo("a gr");
    }

    @Test
    void cancelledCallerGetsNothingAndHoldsNothing() {
        RequestContext gone =
                new RequestContext("", OptionalLong.empty(), () -> true, io.opentelemetry.context.Context.root());
        CaptionOptions options = new CaptionOptions(file(0), "en", DecodingOptions.greedy());

        assertThatThrownBy(() -> new Captioner(pictureEncoder()).caption(model, options, gone, events::add))
                .isInstanceOf(InferenceException.class);
        assertThat(events).isEmpty();
        assertThat(model.openPermits()).isZero();
    }

    private List<TextEvent.Token> tokensOf(Strategy strategy) {
        events.clear();
        caption(strategy, "en");
        return tokens();
    }

    private TextEvent.Result caption(Strategy strategy, String language) {
        return caption(DecodingOptions.of(strategy), language);
    }

    private TextEvent.Result caption(DecodingOptions decoding, String language) {
        CaptionOptions options = new CaptionOptions(file(0x808080), language, decoding);
        new Captioner(pictureEncoder()).caption(model, options, RequestContext.detached(), events::add);
        return (TextEvent.Result) events.get(events.size() - 1);
    }

    private List<TextEvent.Token> tokens() {
        return events.stream()
                .filter(TextEvent.Token.class::isInstance)
                .map(TextEvent.Token.class::cast)
                .toList();
    }
}
