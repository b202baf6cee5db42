package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.TextTokens;
import multimodal.clip.testing.EmbeddedModels;
import multimodal.inference.batching.Phase;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Captions and continuations against transformers' {@code generate}, with the weights that ship: the same tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class TextParityContract {

    private final String engine;
    private final GoldenTensors captions = GoldenTensors.read("caption");
    private final GoldenTensors stories = GoldenTensors.read("text");
    private final GoldenTensors answers = GoldenTensors.read("vqa");
    private EmbeddedModels models;

    TextParityContract(String engine) {
        this.engine = engine;
    }

    @BeforeAll
    void load() {
        models = EmbeddedModels.load(engine, "caption", "visual-question-answering", "text-generation");
    }

    @AfterAll
    void close() {
        models.close();
    }

    @Test
    void greedyCaptionsEqualTransformers() {
        for (JsonNode each : captions.cases(null)) {
            List<TextEvent> events = caption(each, DecodingOptions.greedy());

            List<Long> expected = newTokens(captions, each, 2);
            assertThat(ids(events)).as(each.path("name").asText()).isEqualTo(expected);
            assertThat(result(events).first().text())
                    .isEqualTo(each.path("text").asText());
        }
    }

    @Test
    void greedyStoriesEqualTransformers() {
        for (JsonNode each : stories.cases(null)) {
            String prompt = each.path("prompt").asText();
            int promptLength =
                    stories.tensor(each.path("name").asText() + "_prompt").rows();
            TokenizerSpec spec = text().manifest().tokenizer().orElseThrow();
            int room = spec.maxLength() - promptLength;

            List<TextEvent> events = continueText(prompt, OptionalInt.of(room));

            assertThat(TextTokens.open(text().tokenizer(), spec, prompt, spec.maxLength())
                            .ids())
                    .isEqualTo(longs(stories, each.path("name").asText() + "_prompt"));
            assertThat(ids(events)).as(prompt).isEqualTo(newTokens(stories, each, promptLength));
        }
    }

    /** Four beams with a least and a greatest length, in both languages. */
    @Test
    void beamCaptionsEqualTransformers() {
        DecodingOptions beams = DecodingOptions.of(new DecodingOptions.Beam(4, 0.5f))
                .withMinTokens(14)
                .withMaxTokens(OptionalInt.of(18));
        for (JsonNode each : captions.cases(null)) {
            List<TextEvent> events = caption(each, beams);

            assertThat(ids(events))
                    .as(each.path("name").asText())
                    .isEqualTo(madeTokens(longs(captions, each.path("name").asText() + "_beams"), 2));
        }
    }

    @Test
    void theThreeBestContinuationsAndTheirProbabilitiesEqualTransformers() {
        DecodingOptions beams =
                new DecodingOptions(OptionalInt.of(20), 14, new DecodingOptions.Beam(4, 0.5f), 1.2f, List.of());
        for (JsonNode each : stories.cases(null)) {
            String name = each.path("name").asText();
            String prompt = each.path("prompt").asText();
            int promptLength = stories.tensor(name + "_prompt").rows();
            Tensor expected = stories.tensor(name + "_beams");
            Tensor probabilities = stories.tensor(name + "_beams_log_probabilities");

            List<TextEvent> events = continueText(new ContinueOptions(new Content.Text("prompt", prompt), beams, 3));

            assertThat(result(events).texts()).hasSize(3);
            for (int place = 0; place < 3; place++) {
                int sequence = place;
                List<TextEvent.Token> made = tokens(events).stream()
                        .filter(token -> token.sequence() == sequence)
                        .toList();
                List<Long> row =
                        LongStream.of(expected.row(place).longs()).boxed().toList();
                assertThat(made.stream().map(TextEvent.Token::id).toList())
                        .as(prompt)
                        .isEqualTo(madeTokens(row, promptLength));
                float[] logs = probabilities.row(place).floats();
                double sum = 0;
                for (int token = 0; token < made.size(); token++) {
                    assertThat(made.get(token).logProbability()).isCloseTo(logs[token], within(1e-3f));
                    sum += logs[token];
                }
                TextEvent.MadeText text = result(events).texts().get(place);
                assertThat(text.logProbability()).isCloseTo(sum, within(1e-2));
                assertThat(text.tokenCount()).isEqualTo(made.size());
            }
        }
    }

    @Test
    void eachOfSeveralDrawnTextsIsTheOneOfItsSeedAlone() {
        Content.Text prompt = new Content.Text("prompt", "two cats on the beach");
        List<TextEvent> together = continueText(new ContinueOptions(prompt, drawn(7), 4));

        for (int sequence = 0; sequence < 4; sequence++) {
            List<TextEvent> alone = continueText(new ContinueOptions(prompt, drawn(7 + sequence), 1));
            assertThat(result(together).texts().get(sequence))
                    .isEqualTo(result(alone).first());
        }
        assertThat(result(together).texts().stream().map(TextEvent.MadeText::text))
                .as("texts of different seeds")
                .doesNotHaveDuplicates();
    }

    private static DecodingOptions drawn(long seed) {
        return DecodingOptions.of(new DecodingOptions.Sampled(1.2f, 0, 1, OptionalLong.of(seed)))
                .withMaxTokens(OptionalInt.of(24));
    }

    @Test
    void piecesJoinedAreTheText() {
        for (JsonNode each : captions.cases(null)) {
            List<TextEvent> events = caption(each, DecodingOptions.greedy());

            StringBuilder joined = new StringBuilder();
            tokens(events).forEach(token -> joined.append(token.text()));
            assertThat(joined.toString()).isEqualTo(result(events).first().text());
        }
    }

    @Test
    void answersTheirProbabilitiesAndConfidencesEqualTransformers() {
        for (JsonNode each : answers.cases(null)) {
            List<TextEvent> events = new ArrayList<>();
            MixedTexts.answer(models, each).run(events::add);

            String question = each.path("question").asText();
            String name = each.path("name").asText();
            assertThat(result(events).first().text())
                    .as(question)
                    .isEqualTo(each.path("text").asText());
            assertThat(ids(events)).as(question).isEqualTo(madeTokens(longs(answers, name + "_tokens"), 0));
            float[] logs = answers.tensor(name + "_log_probabilities").floats();
            for (int token = 0; token < ids(events).size(); token++) {
                assertThat(tokens(events).get(token).logProbability())
                        .as(question)
                        .isCloseTo(logs[token], within(1e-3f));
            }
            assertThat(Math.exp(result(events).first().logProbability()))
                    .as(question)
                    .isCloseTo(each.path("confidence").asDouble(), within(1e-3));
        }
    }

    @Test
    void oneBeamEqualsGreedy() {
        JsonNode first = captions.cases(null).get(0);
        DecodingOptions beam = DecodingOptions.of(new DecodingOptions.Beam(1, 1));

        assertThat(ids(caption(first, beam))).isEqualTo(ids(caption(first, DecodingOptions.greedy())));
    }

    /** Every token with its probability, and how each text ended. */
    @Test
    void twoHundredMixedRequestsMakeTheSameTextsAloneAndTogether() throws Exception {
        List<MixedTexts.Request> requests = new MixedTexts(models, captions, answers, stories).requests(200);
        long callsBefore = models.calls(Phase.DECODE);
        List<List<TextEvent>> alone = new ArrayList<>();
        for (MixedTexts.Request request : requests) {
            alone.add(MixedTexts.alone(request));
        }
        long callsAlone = models.calls(Phase.DECODE) - callsBefore;

        List<List<TextEvent>> together = MixedTexts.atRandom(requests);

        for (int number = 0; number < alone.size(); number++) {
            assertThat(tokens(together.get(number))).as("request " + number).isEqualTo(tokens(alone.get(number)));
            assertThat(result(together.get(number)).texts())
                    .isEqualTo(result(alone.get(number)).texts());
        }
        assertThat(models.calls(Phase.DECODE) - callsBefore - callsAlone)
                .as("calls for the same steps")
                .isLessThan(callsAlone);
    }

    private List<TextEvent> caption(JsonNode each, DecodingOptions decoding) {
        List<TextEvent> events = new ArrayList<>();
        String file = each.path("file").asText();
        PictureFile picture = new PictureFile(file, EmbeddedModels.goldenPicture(file));
        CaptionOptions options =
                new CaptionOptions(picture, each.path("language").asText(), decoding);
        new Captioner(pictureEncoder())
                .caption(models.model("caption"), options, RequestContext.detached(), events::add);
        return events;
    }

    private List<TextEvent> continueText(String prompt, OptionalInt maxTokens) {
        DecodingOptions greedy = DecodingOptions.greedy().withMaxTokens(maxTokens);
        return continueText(new ContinueOptions(new Content.Text("prompt", prompt), greedy, 1));
    }

    private List<TextEvent> continueText(ContinueOptions options) {
        List<TextEvent> events = new ArrayList<>();
        new TextContinuer().continueText(text(), options, RequestContext.detached(), events::add);
        return events;
    }

    private ModelHandle text() {
        return models.model("text-generation");
    }

    /** What {@code generate} added to the prompt, without the token that ends it. */
    private List<Long> newTokens(GoldenTensors golden, JsonNode each, int promptLength) {
        return madeTokens(longs(golden, each.path("name").asText() + "_tokens"), promptLength);
    }

    /** Ids after the prompt, as far as the one that ends the text. */
    private List<Long> madeTokens(List<Long> all, int promptLength) {
        long eosId = text().manifest().tokenizer().orElseThrow().eosId();
        return all.subList(promptLength, all.size()).stream()
                .takeWhile(id -> id != eosId)
                .toList();
    }

    private static List<Long> longs(GoldenTensors golden, String tensor) {
        return LongStream.of(golden.tensor(tensor).longs()).boxed().toList();
    }

    private static List<Long> ids(List<TextEvent> events) {
        return tokens(events).stream().map(TextEvent.Token::id).toList();
    }

    private static List<TextEvent.Token> tokens(List<TextEvent> events) {
        return events.stream()
                .filter(TextEvent.Token.class::isInstance)
                .map(TextEvent.Token.class::cast)
                .toList();
    }

    private static TextEvent.Result result(List<TextEvent> events) {
        return (TextEvent.Result) events.get(events.size() - 1);
    }
}
