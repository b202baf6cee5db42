package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.contentEncoder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import multimodal.clip.steps.PaddedTokens;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.TextTokens;
import multimodal.clip.testing.EmbeddedModels;
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

/** The CLIP pipelines against transformers with the same weights; a subclass for each model and engine. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClipParityContract {

    /** Of coordinates of vectors of length 1; fp32 sums in another order. */
    private static final double TOLERANCE = 2e-5;

    private final Supplier<EmbeddedModels> loading;
    private final GoldenTensors golden;
    private final Embedder embedder = new Embedder(contentEncoder());
    private EmbeddedModels models;
    private ModelHandle clip;

    /** @param goldens file in {@code models/golden} */
    ClipParityContract(Supplier<EmbeddedModels> loading, String goldens) {
        this.loading = loading;
        this.golden = GoldenTensors.read(goldens);
    }

    @BeforeAll
    void load() {
        models = loading.get();
        clip = models.model("clip");
    }

    @AfterAll
    void close() {
        models.close();
    }

    @Test
    void idsOfATextAreTheTokenizersOwn() {
        TokenizerSpec spec = clip.manifest().tokenizer().orElseThrow();
        List<List<Long>> rows = golden.cases("text").stream()
                .map(each -> TextTokens.framed(
                                clip.tokenizer(), spec, each.path("text").asText())
                        .ids())
                .toList();

        assertThat(PaddedTokens.inputs(rows, spec.maxLength(), spec.padId())
                        .get("input_ids")
                        .longs())
                .containsExactly(golden.tensor("input_ids").longs());
    }

    @Test
    void textEmbeddingsEqualTransformers() {
        Tolerance.assertClose("texts", embed(texts()), golden.tensor("text_embeds"), TOLERANCE);
    }

    @Test
    void pictureEmbeddingsEqualTransformers() {
        Tolerance.assertClose("pictures", embed(pictures()), golden.tensor("image_embeds"), TOLERANCE);
    }

    @Test
    void logitsOfPicturesEqualTransformers() {
        SimilarityMatrix matrix =
                new Comparer(contentEncoder()).compare(clip, pictures(), texts(), RequestContext.detached());

        float[] expected = golden.tensor("logits_per_image").floats();
        for (int index = 0; index < expected.length; index++) {
            assertThat(matrix.cosines().floats()[index] * matrix.logitScale())
                    .isCloseTo(expected[index], within(5e-3f));
        }
    }

    @Test
    void mixedContentsHaveTheBitsThatEachHasAlone() {
        List<Content> mixed = new ArrayList<>();
        for (int place = 0; place < pictures().size(); place++) {
            mixed.add(texts().get(place));
            mixed.add(pictures().get(place));
        }

        Tensor together = embed(mixed);

        for (int place = 0; place < mixed.size(); place++) {
            assertThat(together.row(place).floats())
                    .containsExactly(embed(List.of(mixed.get(place))).floats());
        }
    }

    @Test
    void embeddingsHaveLengthOne() {
        Tensor embeddings = embed(texts());

        for (int row = 0; row < embeddings.rows(); row++) {
            double squares = 0;
            for (float value : embeddings.row(row).floats()) {
                squares += (double) value * value;
            }
            assertThat(Math.sqrt(squares)).isCloseTo(1, within(1e-5));
        }
    }

    private Tensor embed(List<Content> contents) {
        return embedder.embed(clip, contents, RequestContext.detached()).values();
    }

    private List<Content> texts() {
        return contents(
                "text", each -> new Content.Text("text", each.path("text").asText()));
    }

    private List<Content> pictures() {
        return contents("image", each -> {
            String file = each.path("file").asText();
            return new Content.Picture(new PictureFile(file, EmbeddedModels.goldenPicture(file)));
        });
    }

    private List<Content> contents(String kind, Function<JsonNode, Content> content) {
        return golden.cases(kind).stream().map(content).toList();
    }
}
