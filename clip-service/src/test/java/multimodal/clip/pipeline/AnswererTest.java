package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.file;
import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.admission.Cost;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.decoding.FinishReason;
import multimodal.inference.error.InferenceException;
import org.junit.jupiter.api.Test;

class AnswererTest {

    /** The tiny model gives each right token 4, one other 0 and 262 others -4; its temperature is 2. */
    private static final double ONE_TOKEN = Math.exp(2) / (Math.exp(2) + 1 + 262 * Math.exp(-2));

    private final FakeModel model = TinyModels.questions();
    private final List<TextEvent.Token> tokens = new ArrayList<>();

    @Test
    void answerIsTheModelsTextWithoutTheBlankBeforeIt() {
        Answer answer = answer("what colour?");

        assertThat(answer.text()).isEqualTo(TinyModels.ANSWER.strip());
        assertThat(answer.isUnknown()).isFalse();
        assertThat(answer.finishReason()).isEqualTo(FinishReason.END);
        assertThat(answer.tokenCount()).isEqualTo(tokens.size());
        assertThat(tokens.stream().map(TextEvent.Token::text).collect(Collectors.joining()))
                .isEqualTo(answer.text());
    }

    @Test
    void confidenceIsTheProductOverTokensAndEndAtTheModelsTemperature() {
        double expected = Math.pow(ONE_TOKEN, TinyModels.ANSWER.length() + 1);

        assertThat(answer("what colour?").confidence()).isCloseTo(expected, within(1e-6));
    }

    @Test
    void confidenceOfUnknownIsWhatIsLeftToOtherAnswers() {
        Answer answer = answer("who painted it?");

        assertThat(answer.text()).isEqualTo(TinyModels.UNKNOWN.strip());
        assertThat(answer.isUnknown()).isTrue();
        double unknown = Math.pow(ONE_TOKEN, TinyModels.UNKNOWN.length() + 1);
        assertThat(answer.confidence()).isCloseTo(1 - unknown, within(1e-6));
    }

    @Test
    void pictureIsSeenOnceAndTheQuestionReadOnce() {
        answer("what colour?");

        assertThat(model.runs())
                .filteredOn(run -> !run.artifact().equals("decoder"))
                .extracting(FakeModel.Run::artifact)
                .containsExactly("vision", "question");
    }

    @Test
    void everyNetworkIsAskedFor() {
        answer("what colour?");

        assertThat(model.costs())
                .containsExactly(
                        Cost.of("vision", 1).and(Cost.of("question", 1)).and(Cost.ofText("decoder", 8, 12, 1)));
    }

    @Test
    void questionBeyondTheContextLosesItsEndAndIsTold() {
        Answer answer = answer("what is the colour of this and of that?");

        assertThat(answer.info().cutTexts()).containsExactly(new CutText("text", List.of("of", "that?")));
    }

    @Test
    void cancelledCallerGetsNothingAndHoldsNothing() {
        RequestContext gone =
                new RequestContext("", OptionalLong.empty(), () -> true, io.opentelemetry.context.Context.root());

        assertThatThrownBy(() -> answerer().answer(model, options("what?"), gone, tokens::add))
                .isInstanceOf(InferenceException.class);
        assertThat(tokens).isEmpty();
        assertThat(model.openPermits()).isZero();
    }

    private Answer answer(String question) {
        return answerer().answer(model, options(question), RequestContext.detached(), tokens::add);
    }

    private static Answerer answerer() {
        return new Answerer(pictureEncoder(), new QuestionEncoder());
    }

    private static AnswerOptions options(String question) {
        return new AnswerOptions(file(0x808080), text(question), "en");
    }
}
