package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.contentEncoder;
import static multimodal.clip.pipeline.PipelineFixtures.picture;
import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import multimodal.clip.steps.PictureFaults;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.admission.Cost;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.tensor.Tensor;
import org.junit.jupiter.api.Test;

class EmbedderTest {

    private static final List<Content> MIXED = List.of(
            text("a cat"),
            picture(0xffffff),
            text("a cat that is a good deal longer"),
            text("a dog"),
            picture(0x102030));

    private final FakeModel model = TinyModels.clip();
    private final Embedder embedder = new Embedder(contentEncoder());

    @Test
    void mixedContentsComeBackInTheirOrderAsIfEachWereAlone() {
        Tensor together = embed(MIXED).values();

        for (int place = 0; place < MIXED.size(); place++) {
            Tensor alone = embed(List.of(MIXED.get(place))).values();
            assertThat(together.row(place).floats()).containsExactly(alone.floats());
        }
    }

    @Test
    void textsOfOnePaddedLengthShareACall() {
        embed(MIXED);

        assertThat(model.runs())
                .containsExactlyInAnyOrder(
                        new FakeModel.Run("vision", 2, 3),
                        new FakeModel.Run("text", 2, 8),
                        new FakeModel.Run("text", 1, 32));
    }

    @Test
    void textsAndPicturesAreAskedForAtTheirNetworks() {
        embed(MIXED);
        embed(List.of(text("a cat")));
        embed(List.of(picture(0xffffff)));

        assertThat(model.costs())
                .containsExactly(
                        Cost.of("vision", 2).and(Cost.of("text", 3)), Cost.of("text", 1), Cost.of("vision", 1));
    }

    @Test
    void moreContentsThanABatchTakesAreSpreadOverCalls() {
        embed(List.of(text("a"), text("b"), text("c"), text("d"), text("e")));

        assertThat(model.runs()).extracting(FakeModel.Run::rows).containsExactly(4, 1);
    }

    @Test
    void cutTextIsToldWithItsField() {
        Embeddings embeddings = embed(List.of(new Content.Text("inputs[0].text", "a cat on a very very long red mat")));

        assertThat(embeddings.info().cutTexts()).containsExactly(new CutText("inputs[0].text", List.of("mat")));
    }

    @Test
    void unreadablePictureGivesThePermitBack() {
        Content broken = new Content.Picture(new PictureFile("inputs[0].image.data", TestPictures.truncatedPng()));

        assertThatThrownBy(() -> embed(List.of(broken))).isInstanceOf(PictureFaults.class);
        assertThat(model.openPermits()).isZero();
    }

    private Embeddings embed(List<Content> contents) {
        return embedder.embed(model, contents, RequestContext.detached());
    }
}
