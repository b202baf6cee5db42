package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.testing.EmbeddedModels;
import multimodal.inference.admission.Permit;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.lifecycle.ModelHandle;
import multimodal.inference.tensor.Tensor;
import multimodal.inference.testing.GoldenTensors;
import multimodal.inference.testing.Tolerance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * Tiny random checkpoints of BLIP and GPT-2, exported as real ones are, against transformers' {@code generate} on the folders
 * they came from; a subclass for each engine.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RandomTextParity {

    /** Of states after a layer norm, which are about 1; fp32 sums in another order. */
    private static final double TOLERANCE = 1e-4;

    private final String engine;
    private final GoldenTensors captions = GoldenTensors.read("random-blip");
    private final GoldenTensors continuations = GoldenTensors.read("random-gpt2");
    private EmbeddedModels models;

    RandomTextParity(String engine) {
        this.engine = engine;
    }

    @BeforeAll
    void load() {
        models = EmbeddedModels.loadRandom(engine, "caption", "text-generation");
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
            PictureFile picture = new PictureFile(file, EmbeddedModels.goldenPicture(file));
            try (Permit permit = model.admit(RequestContext.detached(), 1)) {
                Tensor embeds = pictureEncoder().encode(model, permit, List.of(picture));

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
            PictureFile picture = new PictureFile(file, EmbeddedModels.goldenPicture(file));
            new Captioner(pictureEncoder())
                    .caption(
                            models.model("caption"),
                            new CaptionOptions(picture, "en", greedy(each)),
                            RequestContext.detached(),
                            events::add);

            assertThat(ids(events)).as(file).isEqualTo(newTokens(captions, each, models.model("caption")));
            assertThat(result(events).text())
                    .as(file)
                    .isEqualTo(each.path("text").asText());
        }
    }

    @Test
    void continuationsAreThoseOfGpt2() {
        for (JsonNode each : continuations.cases(null)) {
            List<TextEvent> events = new ArrayList<>();
            String prompt = each.path("prompt").asText();
            new TextContinuer()
                    .continueText(
                            models.model("text-generation"),
                            new ContinueOptions(new Content.Text("prompt", prompt), greedy(each)),
                            RequestContext.detached(),
                            events::add);

            assertThat(ids(events))
                    .as(prompt)
                    .isEqualTo(newTokens(continuations, each, models.model("text-generation")));
        }
    }

    private static DecodingOptions greedy(JsonNode each) {
        OptionalInt tokens = OptionalInt.of(each.path("max_new_tokens").asInt());
        return new DecodingOptions(tokens, new DecodingOptions.Greedy(), 1, List.of());
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
