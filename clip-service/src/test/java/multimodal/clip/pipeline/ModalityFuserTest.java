package multimodal.clip.pipeline;

import static multimodal.clip.pipeline.PipelineFixtures.file;
import static multimodal.clip.pipeline.PipelineFixtures.pictureEncoder;
import static multimodal.clip.pipeline.PipelineFixtures.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import multimodal.clip.steps.CrossModalEncoder;
import multimodal.clip.steps.PictureFaults;
import multimodal.clip.steps.PictureFile;
import multimodal.clip.steps.TextTokens.Span;
import multimodal.clip.testing.ByteTokenizer;
import multimodal.clip.testing.FakeModel;
import multimodal.clip.testing.TestPictures;
import multimodal.clip.testing.TinyModels;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;

class ModalityFuserTest {

    private final FakeModel model = TinyModels.matching();
    private final ModalityFuser fuser = new ModalityFuser(pictureEncoder(), new CrossModalEncoder());

    @Test
    void scoreIsTheProbabilityThatTheModelsLogitStandsFor() {
        assertThat(fuse("a cat").matchScore()).isCloseTo(TinyModels.MATCH, within(1e-6));
        assertThat(fuse("no cat").matchScore()).isCloseTo(1 - TinyModels.MATCH, within(1e-6));
    }

    @Test
    void everyTokenThatWasReadHasItsStateAndItsLookAndPaddingHasNone() {
        Fusion fusion = fuse("cat");

        float[] ids = {
            ByteTokenizer.BOS,
            ByteTokenizer.FIRST_BYTE + 'c',
            ByteTokenizer.FIRST_BYTE + 'a',
            ByteTokenizer.FIRST_BYTE + 't',
            ByteTokenizer.EOS
        };
        assertThat(fusion.spans())
                .containsExactly(new Span(0, 0), new Span(0, 1), new Span(1, 2), new Span(2, 3), new Span(3, 3));
        assertThat(fusion.states().floats()).containsExactly(ids);
        assertThat(fusion.attention().floats()).containsExactly(0, 1, 0, 1, 0, 1, 1, 0, 1, 0);
        assertThat(fusion.grid()).isEqualTo(new PatchGrid(2, 1));
    }

    @Test
    void eachNetworkRunsOnce() {
        fuse("a cat");

        assertThat(model.runs())
                .containsExactly(
                        new FakeModel.Run("vision", 1, 3),
                        new FakeModel.Run("text", 1, 8),
                        new FakeModel.Run("fusion", 1, 8));
        assertThat(model.openPermits()).isZero();
    }

    @Test
    void textBeyondTheModelLosesItsEndAndIsTold() {
        Fusion fusion = fuse("a cat that is on a very red mat of mine");

        assertThat(fusion.info().cutTexts()).containsExactly(new CutText("text", List.of("t", "of", "mine")));
        assertThat(fusion.spans()).hasSize(TinyModels.MAX_LENGTH);
    }

    @Test
    void unreadablePictureGivesThePermitBack() {
        PictureFile broken = new PictureFile("image.data", TestPictures.truncatedPng());

        assertThatThrownBy(() -> fuser.fuse(model, broken, text("a cat"), RequestContext.detached()))
                .isInstanceOf(PictureFaults.class);
        assertThat(model.openPermits()).isZero();
    }

    private Fusion fuse(String text) {
        return fuser.fuse(model, file(0x808080), text(text), RequestContext.detached());
    }
}
