package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Mask;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.Pictures;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.tensor.Tensor;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;

/** A part of a picture painted anew. */
class InpaintingTest {

    private static final int SIDE = 32;
    /** Columns that are painted: not a multiple of the latents' cells. */
    private static final int PAINTED = 13;

    private final DrawnModel drawn = DrawnModel.versatile();
    private final DiffusionModel model = DiffusionModel.of(drawn);
    private final Picture picture = noise();
    private final Mask mask = mask();
    private final List<ImageProgress> progress = new ArrayList<>();

    @Test
    void everyPixelOutsideOfTheMaskComesBackBitForBitAndInsideIsWhatWasMade() {
        Picture kept = generate(options(true));
        Picture made = generate(options(false));
        assertThat(kept.rgb()).isEqualTo(mask.blend(picture, made).rgb());
        assertThat(made.rgb()).isNotEqualTo(kept.rgb());
    }

    @Test
    void previewsKeepThemToo() {
        generate(options(true).previewInterval(1));
        assertThat(progress).hasSize(5).allSatisfy(step -> {
            Picture preview = Pictures.decode(step.previews().get(0));
            assertThat(mask.blend(picture, preview).rgb()).isEqualTo(preview.rgb());
        });
    }

    @Test
    void everySlotIsGivenTheMaskAndTheLatentsOfWhatIsKept() {
        generate(options(true).imageCount(2));
        assertThat(drawn.steps()).hasSize(5).allSatisfy(step -> {
            assertThat(step.get("mask").shape().dimensions()).containsExactly(4, 1, 4, 4);
            assertThat(step.get("masked_image_latents").shape().dimensions()).containsExactly(4, 3, 4, 4);
            assertThat(step.get("mask").row(3).floats())
                    .containsExactly(1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0);
        });
        Tensor latents = drawn.steps().get(0).get("masked_image_latents");
        assertThat(latents.floats()[0]).as("a cell that is painted is grey").isZero();
        assertThat(latents.floats()[3]).as("one that is not shows the picture").isNotZero();
    }

    @Test
    void withoutAMaskEverythingIsPaintedAndNothingGiven() {
        generate(new Options().size(SIDE, SIDE));
        assertThat(drawn.steps()).hasSize(5).allSatisfy(step -> {
            assertThat(step.get("mask").floats()).hasSize(32).containsOnly(1f);
            assertThat(step.get("masked_image_latents").floats()).containsOnly(0f);
        });
    }

    private Options options(boolean preserves) {
        return new Options().init(picture, 1).hole(new Hole(picture, mask, preserves));
    }

    private Picture generate(Options options) {
        progress.clear();
        return Pictures.decode(new TextToImage()
                .generate(model, options.build(), RequestContext.detached(), progress::add)
                .pngs()
                .get(0));
    }

    private static Picture noise() {
        byte[] rgb = new byte[3 * SIDE * SIDE];
        new Random(3).nextBytes(rgb);
        return new Picture(SIDE, SIDE, rgb);
    }

    private static Mask mask() {
        boolean[] painted = new boolean[SIDE * SIDE];
        for (int i = 0; i < painted.length; i++) {
            painted[i] = i % SIDE < PAINTED;
        }
        return new Mask(SIDE, SIDE, painted);
    }
}
