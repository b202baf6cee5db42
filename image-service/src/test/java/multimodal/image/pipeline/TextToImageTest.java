package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.Options;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.media.GenerationMetadata;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import org.junit.jupiter.api.Test;

class TextToImageTest {

    private final DrawnModel drawn = new DrawnModel(true);
    private final DiffusionModel model = DiffusionModel.of(drawn);
    private final List<ImageProgress> progress = new ArrayList<>();

    @Test
    void everyStepIsToldInOrder() {
        generate(options().build());
        assertThat(progress).extracting(ImageProgress::step).containsExactly(1, 2, 3, 4, 5);
        assertThat(progress).extracting(ImageProgress::stepCount).containsOnly(5);
        assertThat(progress.get(4).estimatedRemaining()).isZero();
    }

    @Test
    void previewsComeAtTheirIntervalOneForEachPicture() {
        generate(options().imageCount(2).previewInterval(2).build());
        assertThat(progress).extracting(one -> one.previews().size()).containsExactly(0, 2, 0, 2, 0);
        assertThat(drawn.stepsAtPreviews()).containsExactly(2, 4);
        Picture preview = decode(progress.get(1).previews().get(0));
        assertThat(preview.width()).isEqualTo(40);
        assertThat(preview.height()).isEqualTo(32);
    }

    @Test
    void guidanceTakesASlotWithoutThePromptForEachPicture() {
        generate(options().imageCount(3).build());
        assertThat(drawn.steps())
                .allSatisfy(step -> assertThat(step.get("sample").rows()).isEqualTo(6));
        float[] pooled = drawn.steps().get(0).get("text_embeds").floats();
        assertThat(pooled).containsExactly(16, 16, 16, 42, 42, 42);
        assertThat(drawn.costs())
                .as("5 steps of 6 slots, each of 5/4 of the usual size")
                .containsExactly(38L);
    }

    @Test
    void withoutGuidanceThereAreNoOtherSlots() {
        generate(options().imageCount(3).guidanceScale(1).build());
        assertThat(drawn.steps())
                .allSatisfy(step -> assertThat(step.get("sample").rows()).isEqualTo(3));
        assertThat(drawn.costs()).containsExactly(19L);
    }

    @Test
    void theTimestepsAreTheSchedulers() {
        generate(options().build());
        assertThat(drawn.steps())
                .extracting(step -> step.get("timestep").longs()[0])
                .containsExactly(801L, 601L, 401L, 201L, 1L);
    }

    @Test
    void aModelWithoutPooledTextIsGivenNone() {
        DrawnModel plain = new DrawnModel(false);
        new TextToImage()
                .generate(DiffusionModel.of(plain), options().build(), RequestContext.detached(), progress::add);
        assertThat(plain.steps().get(0)).doesNotContainKey("text_embeds");
    }

    @Test
    void theSameSeedMakesTheSameBytes() {
        assertThat(generate(options().build()).pngs())
                .usingRecursiveComparison()
                .isEqualTo(generate(options().build()).pngs());
    }

    @Test
    void aPictureOfSeveralIsThePictureOfItsOwnSeed() {
        List<byte[]> three = generate(options().imageCount(3).eta(0.7f).build()).pngs();
        for (int image = 0; image < 3; image++) {
            byte[] alone = generate(options().eta(0.7f).seed(11 + image).build())
                    .pngs()
                    .get(0);
            assertThat(three.get(image)).isEqualTo(alone);
        }
    }

    @Test
    void theSettingsStandInTheFile() {
        byte[] png = generate(options().imageCount(2).build()).pngs().get(1);
        assertThat(GenerationMetadata.read(png))
                .contains(new GenerationMetadata(
                        "cat on snow", "dog", 12, "drawn", "7", 5, 2.5f, "ddim, eta 0.0, leading", 40, 32));
    }

    @Test
    void droppedWordsOfBothPromptsAreTold() {
        ImageResult result = generate(
                options().prompt("a b c d e f").negativePrompt("u v w x y").build());
        assertThat(result.droppedWords()).containsExactly("e", "f");
        assertThat(result.droppedNegativeWords()).containsExactly("y");
    }

    @Test
    void aNegativePromptThatSteersNothingIsNotRead() {
        ImageResult result = generate(
                options().negativePrompt("u v w x y").guidanceScale(0.5f).build());
        assertThat(result.droppedNegativeWords()).isEmpty();
    }

    @Test
    void aCallerThatCancelsAtStepThreeEndsTheWorkBeforeStepFour() {
        InferenceException failure = catchThrowableOfType(InferenceException.class, () -> new TextToImage()
                .generate(model, options().build(), context(() -> progress.size() >= 3), progress::add));
        assertThat(failure.kind()).isEqualTo(ErrorKind.CANCELLED);
        assertThat(drawn.steps()).hasSize(3);
        assertThat(drawn.isIdle()).isTrue();
    }

    @Test
    void aBugInTheSinkStillClosesRowAndPermit() {
        IllegalStateException bug = new IllegalStateException("bug");
        Throwable failure = catchThrowableOfType(IllegalStateException.class, () -> new TextToImage()
                .generate(model, options().build(), RequestContext.detached(), event -> {
                    throw bug;
                }));
        assertThat(failure).isSameAs(bug);
        assertThat(drawn.isIdle()).isTrue();
    }

    private ImageResult generate(GenerateImageOptions options) {
        progress.clear();
        return new TextToImage().generate(model, options, RequestContext.detached(), progress::add);
    }

    private static RequestContext context(BooleanSupplier cancelled) {
        return new RequestContext("", OptionalLong.empty(), cancelled, Context.root());
    }

    private static Picture decode(byte[] png) {
        return new PictureDecoder(PictureLimits.DEFAULT).decode(png);
    }

    private static Options options() {
        return new Options().negativePrompt("dog").size(40, 32).timestepSpacing(TimestepSpacing.LEADING);
    }
}
