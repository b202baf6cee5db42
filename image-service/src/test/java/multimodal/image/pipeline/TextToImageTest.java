package multimodal.image.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opentelemetry.context.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.Options;
import multimodal.image.testing.Pictures;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.media.GenerationMetadata;
import multimodal.media.Picture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
        Picture preview = Pictures.decode(progress.get(1).previews().get(0));
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
                        "cat on snow",
                        "dog",
                        12,
                        "drawn",
                        "7",
                        5,
                        2.5f,
                        "ddim, eta 0.0, leading",
                        Optional.empty(),
                        Optional.empty(),
                        40,
                        32));
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
    void atStrengthZeroThePictureComesBackAsTheModelReadsIt() {
        Picture blocks = blocks();
        byte[] png =
                generate(options().init(blocks, 0).imageCount(1).build()).pngs().get(0);
        assertThat(Pictures.decode(png).rgb()).isEqualTo(blocks.rgb());
        assertThat(drawn.steps()).isEmpty();
        assertThat(progress).isEmpty();
        assertThat(drawn.costs()).as("one step of two slots of 5/4").containsExactly(3L);
        assertThat(GenerationMetadata.read(png).orElseThrow().strength()).contains(0f);
    }

    @ParameterizedTest
    @EnumSource(SchedulerKind.class)
    void atStrengthOneThePictureIsThatOfThePromptAlone(SchedulerKind kind) {
        Picture alone = Pictures.decode(
                generate(options().scheduler(kind).build()).pngs().get(0));
        Picture from = Pictures.decode(
                generate(options().scheduler(kind).init(blocks(), 1).build())
                        .pngs()
                        .get(0));
        assertThat(from.rgb()).isEqualTo(alone.rgb());
    }

    @Test
    void aStrengthBetweenTakesTheLastSteps() {
        generate(options().init(blocks(), 0.6f).previewInterval(2).build());
        assertThat(drawn.steps())
                .extracting(step -> step.get("timestep").longs()[0])
                .containsExactly(401L, 201L, 1L);
        assertThat(progress).extracting(ImageProgress::step).containsExactly(1, 2, 3);
        assertThat(progress).extracting(ImageProgress::stepCount).containsOnly(3);
        assertThat(progress).extracting(one -> one.previews().size()).containsExactly(0, 1, 0);
        assertThat(progress.get(2).estimatedRemaining()).isZero();
        assertThat(drawn.costs()).as("3 steps of 2 slots of 5/4").containsExactly(8L);
    }

    @ParameterizedTest
    @CsvSource({"0.7,10,7", "0.29,100,28", "0.8,30,24", "0.05,10,0", "0.999,150,149", "1,150,150"})
    void asManyStepsAreTakenAsInDiffusers(float strength, int steps, int taken) {
        assertThat(options().init(blocks(), strength).steps(steps).build().stepsTaken())
                .isEqualTo(taken);
    }

    @ParameterizedTest
    @EnumSource(SchedulerKind.class)
    void aPictureOfSeveralFromAPictureIsThatOfItsOwnSeed(SchedulerKind kind) {
        Options options = options().scheduler(kind).init(blocks(), 0.6f);
        List<byte[]> two = generate(options.imageCount(2).build()).pngs();
        byte[] second = generate(options.imageCount(1).seed(12).build()).pngs().get(0);
        assertThat(two.get(1)).isEqualTo(second);
        assertThat(two.get(0)).isNotEqualTo(two.get(1));
    }

    /** What the arithmetic encoder and decoder give back unchanged: blocks of 8 × 8 pixels of one colour. */
    private static Picture blocks() {
        byte[] rgb = new byte[3 * 40 * 32];
        for (int i = 0; i < rgb.length; i++) {
            int pixel = i / 3;
            rgb[i] = (byte) (37 * (pixel % 40 / 8) + 61 * (pixel / 40 / 8) + 90 * (i % 3));
        }
        return new Picture(40, 32, rgb);
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

    private static Options options() {
        return new Options().negativePrompt("dog").size(40, 32).timestepSpacing(TimestepSpacing.LEADING);
    }
}
