package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.QuestionEncoder;
import multimodal.clip.steps.TextTokens;
import multimodal.clip.testing.EmbeddedModels;
import multimodal.inference.admission.Cost;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.repository.TokenizerSpec;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tiny random checkpoints of BLIP, for captions and for questions, and of GPT-2, exported as real ones are, against
 * transformers' {@code generate} on the folders they came from; a subclass for each engine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RandomTextParity {

    /** Of states after a layer norm, which are about 1; fp32 sums in another order. */
    private static final double TOLERANCE = 1e-4;

    private final String engine;
    private final GoldenTensors captions = GoldenTensors.read("random-blip");
    private final GoldenTensors answers = GoldenTensors.read("random-blip-vqa");
    private final GoldenTensors continuations = GoldenTensors.read("random-gpt2");
    private EmbeddedModels models;

    RandomTextParity(String engine) {
        this.engine = engine;
    }

    @BeforeAll
    void load() {
        models = EmbeddedModels.loadRandom(engine, "caption", "visual-question-answering", "text-generation");
    }

    @AfterAll
    void close() {
        models.close();
    }

    @Test
    void picturesAreSeenAsBlipSeesThem() {
        ModelHandle model = models.model("caption");
        for (JsonNode each : captions.cases(null)) {
            String file = each.path("file").asText();
            try (Permit permit = model.admit(RequestContext.detached(), Cost.of(TextModel.DECODER, 1))) {
                Tensor embeds = pictureEncoder().encode(model, permit, List.of(picture(each)));

                String golden = each.path("name").asText() + "_embeds";
                Tolerance.assertClose(file, embeds, captions.tensor(golden), TOLERANCE);
            }
        }
    }

    @Test
    void captionsAreThoseOfBlip() {
        for (JsonNode each : captions.cases(null)) {
            List<TextEvent> events = new ArrayList<>();
            String file = each.path("file").asText();
            new Captioner(pictureEncoder())
                    .caption(
                            models.model("caption"),
                            new CaptionOptions(picture(each), "en", greedy(each)),
                            RequestContext.detached(),
                            events::add);

            assertThat(ids(events)).as(file).isEqualTo(newTokens(captions, each, models.model("caption")));
            assertThat(result(events).first().text())
                    .as(file)
                    .isEqualTo(each.path("text").asText());
        }
    }

    @Test
    void questionsAreReadAsBlipReadsThem() {
        ModelHandle model = models.model("visual-question-answering");
        TokenizerSpec spec = model.manifest().tokenizer().orElseThrow();
        for (JsonNode each : answers.cases(null)) {
            String name = each.path("name").asText();
            String question = each.path("question").asText();
            TextTokens tokens = TextTokens.framed(model.tokenizer(), spec, question);
            assertThat(tokens.ids()).as(question).isEqualTo(longs(answers, name + "_ids"));
            try (Permit permit = model.admit(RequestContext.detached(), Cost.of(TextModel.DECODER, 1))) {
                Tensor patches = pictureEncoder().encode(model, permit, List.of(picture(each)));

                Tensor padded = new QuestionEncoder()
                        .encode(model, permit, tokens, patches)
                        .get("encoder_hidden_states");

                Tensor expected = answers.tensor(name + "_embeds");
                float[] real = Arrays.copyOf(padded.floats(), expected.shape().elementCount());
                Tolerance.assertClose(question, Tensor.of(expected.shape(), real), expected, TOLERANCE);
            }
        }
    }

    @Test
    void answersAndTheirProbabilitiesAreThoseOfBlip() {
        for (JsonNode each : answers.cases(null)) {
            List<TextEvent> tokens = new ArrayList<>();
            Answer answer = answer(each, tokens::add);

            String question = each.path("question").asText();
            String name = each.path("name").asText();
            assertThat(answer.text()).as(question).isEqualTo(each.path("text").asText());
            assertThat(ids(tokens))
                    .as(question)
                    .isEqualTo(newTokens(answers, each, models.model("visual-question-answering")));
            float[] expected = answers.tensor(name + "_log_probabilities").floats();
            double sum = 0;
            for (int place = 0; place < expected.length; place++) {
                sum += expected[place];
                if (place < tokens.size()) {
                    assertThat(((TextEvent.Token) tokens.get(place)).logProbability())
                            .as(question)
                            .isCloseTo(expected[place], within((float) TOLERANCE));
                }
            }
            assertThat(Math.log(answer.confidence())).as(question).isCloseTo(sum, within(1e-3));
        }
    }

    @Test
    void answersAreTheSameAloneAndTogether() throws Exception {
        List<MixedTexts.Request> requests = new ArrayList<>();
        for (int number = 0; number < 40; number++) {
            JsonNode each = answers.cases(null).get(number % answers.cases(null).size());
            requests.add(sink -> {
                Answer answer = answer(each, sink);
                sink.accept(new TextEvent.Token(0, answer.text(), 0, (float) answer.confidence()));
            });
        }
        List<List<TextEvent>> alone = requests.stream().map(MixedTexts::alone).toList();

        assertThat(MixedTexts.atRandom(requests)).isEqualTo(alone);
    }

    @Test
    void continuationsAreThoseOfGpt2() {
        for (JsonNode each : continuations.cases(null)) {
            List<TextEvent> events = new ArrayList<>();
            String prompt = each.path("prompt").asText();
            new TextContinuer()
                    .continueText(
                            models.model("text-generation"),
                            new ContinueOptions(new Content.Text("prompt", prompt), greedy(each), 1),
                            RequestContext.detached(),
                            events::add);

            assertThat(ids(events))
                    .as(prompt)
                    .isEqualTo(newTokens(continuations, each, models.model("text-generation")));
        }
    }

    private Answer answer(JsonNode each, Consumer<? super TextEvent.Token> sink) {
        Content.Text question =
                new Content.Text("question", each.path("question").asText());
        AnswerOptions options = new AnswerOptions(picture(each), question, "en");
        return new Answerer(pictureEncoder(), new QuestionEncoder())
                .answer(models.model("visual-question-answering"), options, RequestContext.detached(), sink);
    }

    private static PictureFile picture(JsonNode each) {
        String file = each.path("file").asText();
        return new PictureFile(file, EmbeddedModels.goldenPicture(file));
    }

    private static List<Long> longs(GoldenTensors golden, String tensor) {
        return LongStream.of(golden.tensor(tensor).longs()).boxed().toList();
    }

    private static DecodingOptions greedy(JsonNode each) {
        OptionalInt tokens = OptionalInt.of(each.path("max_new_tokens").asInt());
        return DecodingOptions.greedy().withMaxTokens(tokens);
    }

    /** What {@code generate} added, without the token that ends it. */
    private static List<Long> newTokens(GoldenTensors golden, JsonNode each, ModelHandle model) {
        long eosId = model.manifest().tokenizer().orElseThrow().eosId();
        return LongStream.of(
                        golden.tensor(each.path("name").asText() + "_tokens").longs())
                .takeWhile(id -> id != eosId)
                .boxed()
                .toList();
    }

    private static List<Long> ids(List<TextEvent> events) {
        return events.stream()
                .filter(TextEvent.Token.class::isInstance)
                .map(event -> ((TextEvent.Token) event).id())
                .toList();
    }

    private static TextEvent.Result result(List<TextEvent> events) {
        return (TextEvent.Result) events.get(events.size() - 1);
    }
}
