package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import multimodal.common.rpc.NumberRanges;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.CropRegion;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Likeness;
import multimodal.image.testing.DrawnControlNet;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.DrawnUnClip;
import multimodal.image.testing.Pictures;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.image.v1.SchedulerOptions;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.inference.diffusion.SchedulerKind;
import multimodal.inference.diffusion.TimestepSpacing;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;
import multimodal.media.PngEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageRequestsTest {

    /** What the service knows more closely than the proto can tell. */
    private static final Set<String> SIZES_OF_THE_MODEL = Set.of("width", "height");

    private final DiffusionModel model = DiffusionModel.of(new DrawnModel(false));
    private final DiffusionModel versatile = DiffusionModel.of(DrawnModel.versatile());

    @Test
    void whatIsNotSaidIsTheModels() {
        GenerateImageOptions options = parse(request());
        assertThat(options.steps()).isEqualTo(5);
        assertThat(options.guidance().scale()).isEqualTo(2.5f);
        assertThat(options.width()).isEqualTo(32);
        assertThat(options.height()).isEqualTo(32);
        assertThat(options.imageCount()).isOne();
        assertThat(options.previewInterval()).isZero();
        assertThat(options.scheduler()).contains(new SchedulerChoice(SchedulerKind.DDIM, TimestepSpacing.LEADING, 0));
        assertThat(options.negativePrompt()).isEmpty();
    }

    @Test
    void aSeedThatIsNotSaidIsDrawn() {
        assertThat(parse(request()).seed()).isNotEqualTo(parse(request()).seed());
        assertThat(parse(request()).seed()).isBetween(0L, 0xffff_ffffL);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1L << 32, Long.MAX_VALUE})
    void everySeedIsGood(long seed) {
        assertThat(parse(request().setSeed(seed)).seed()).isEqualTo(seed);
    }

    @Test
    void everyViolationIsToldAtOnce() {
        SchedulerOptions.Builder scheduler = SchedulerOptions.newBuilder()
                .setEta(2)
                .setTimestepSpacingValue(9)
                .setKindValue(10);
        GenerateImageRequest.Builder request = GenerateImageRequest.newBuilder()
                .setNegativePrompt("x".repeat(10_001))
                .setSteps(151)
                .setGuidanceScale(Float.NaN)
                .setWidth(100)
                .setHeight(100_000)
                .setImageCount(0)
                .setPreviewInterval(-1)
                .setScheduler(scheduler);
        StatusRuntimeException failure = failure(request);
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(violations(failure))
                .containsExactly(
                        "prompt: empty (expected: 1 to 10000 characters, not only blanks)",
                        "negative_prompt: 10001 characters (expected: at most 10000 characters)",
                        "steps: 151 (expected: 1 to 150)",
                        "guidance_scale: NaN (expected: finite, 0 to 30)",
                        "width: 100 (expected: a multiple of 8, 32 to 64)",
                        "height: 100000 (expected: a multiple of 8, 32 to 64)",
                        "image_count: 0 (expected: 1 to 4)",
                        "preview_interval: -1 (expected: 0 to 150)",
                        "scheduler.kind: 10 (expected: a value of SchedulerKind)",
                        "scheduler.timestep_spacing: 9 (expected: TIMESTEP_SPACING_LEADING or TIMESTEP_SPACING_TRAILING)",
                        "scheduler.eta: 2.0 (expected: finite, 0 to 1)");
    }

    @Test
    void everySchedulerIsParsedAndToldAgain() {
        for (SchedulerKind kind : SchedulerKind.values()) {
            SchedulerOptions said = SchedulerOptions.newBuilder()
                    .setKind(multimodal.image.v1.SchedulerKind.valueOf("SCHEDULER_KIND_" + kind))
                    .setTimestepSpacing(multimodal.image.v1.TimestepSpacing.TIMESTEP_SPACING_TRAILING)
                    .setEta(0)
                    .build();
            SchedulerChoice choice =
                    parse(request().setScheduler(said)).scheduler().orElseThrow();
            assertThat(choice).isEqualTo(new SchedulerChoice(kind, TimestepSpacing.TRAILING, 0));
            assertThat(SchedulerRequests.message(choice)).isEqualTo(said);
        }
    }

    @Test
    void freshNoiseIsForDdimAlone() {
        SchedulerOptions.Builder scheduler = SchedulerOptions.newBuilder()
                .setEta(0.5f)
                .setKind(multimodal.image.v1.SchedulerKind.SCHEDULER_KIND_EULER);
        assertThat(violations(failure(request().setScheduler(scheduler))))
                .containsExactly("scheduler.eta: 0.5 (expected: 0, or SCHEDULER_KIND_DDIM)");
    }

    @Test
    void aPromptOfTenThousandCharactersOfAnyScriptIsGood() {
        assertThat(parse(request().setPrompt("🐈".repeat(10_000))).prompt()).hasSize(20_000);
        assertThat(violations(failure(request().setPrompt("🐈".repeat(10_001)))))
                .containsExactly("prompt: 10001 characters (expected: 1 to 10000 characters, not only blanks)");
    }

    @Test
    void anInitImageIsScaledToTheSizeThatIsMade() {
        InitImage init = parse(request().setInitImage(Pictures.black(50, 20)).setWidth(64))
                .init()
                .orElseThrow();
        assertThat(init.picture().width()).isEqualTo(64);
        assertThat(init.picture().height()).isEqualTo(32);
        assertThat(init.strength()).isEqualTo(0.8f);
    }

    @ParameterizedTest
    @ValueSource(floats = {0, 0.25f, 1})
    void everyStrengthFromZeroToOneIsGood(float strength) {
        GenerateImageRequest.Builder request = request()
                .setPipeline(ImagePipeline.IMAGE_PIPELINE_IMAGE_TO_IMAGE)
                .setInitImage(Pictures.black(8, 8))
                .setStrength(strength);
        assertThat(parse(request).init().orElseThrow().strength()).isEqualTo(strength);
    }

    @Test
    void everyFaultOfAnInitImageIsToldAtOnce() {
        GenerateImageRequest.Builder request = request()
                .setWidth(100_000)
                .setStrength(Float.NaN)
                .setInitImage(Image.newBuilder().setData(ByteString.copyFromUtf8("text")));
        assertThat(violations(failure(request)))
                .containsExactly(
                        "width: 100000 (expected: a multiple of 8, 32 to 64)",
                        "strength: NaN (expected: finite, 0 to 1)",
                        "init_image.data: a file that begins with 74 65 78 74 (expected: PNG, JPEG or WebP)");
        assertThat(violations(failure(request().setStrength(-0.1f).setInitImage(Pictures.black(8, 8)))))
                .containsExactly("strength: -0.1 (expected: finite, 0 to 1)");
    }

    @Test
    void aPictureOfEndlessPixelsIsRefusedByItsHeader() {
        assertThat(violations(failure(request().setInitImage(Pictures.bomb()))))
                .singleElement()
                .asString()
                .startsWith("init_image.data: PNG of 60000x60000");
    }

    @Test
    void whatBelongsTogetherComesTogether() {
        assertThat(violations(failure(request().setStrength(0.5f))))
                .containsExactly("strength: set (expected: unset without init_image)");
        assertThat(violations(failure(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_IMAGE_TO_IMAGE))))
                .containsExactly("init_image: unset (expected: a picture for IMAGE_PIPELINE_IMAGE_TO_IMAGE)");
        GenerateImageRequest.Builder contradiction = request()
                .setPipeline(ImagePipeline.IMAGE_PIPELINE_TEXT_TO_IMAGE)
                .setInitImage(Pictures.black(8, 8));
        assertThat(violations(failure(contradiction)))
                .containsExactly("init_image: set (expected: unset for IMAGE_PIPELINE_TEXT_TO_IMAGE)");
    }

    @Test
    void aModelWithoutAnEncoderStartsFromNoPicture() {
        DiffusionModel blind = DiffusionModel.of(DrawnModel.withoutEncoder());
        GenerateImageRequest request =
                request().setInitImage(Pictures.black(8, 8)).build();
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> Services.parse(request, blind, Services.UNCONTROLLED));
        assertThat(violations(failure))
                .containsExactly("init_image: set (expected: unset, as model drawn/7 has no encoder)");
    }

    @Test
    void anEmbeddingStandsInPlaceOfAPromptAndAPriorNeedsOne() {
        Embedding embedding =
                Embedding.newBuilder().addValues(1).addValues(0).addValues(2).build();
        Likeness given = parseLike(GenerateImageRequest.newBuilder().setImageEmbedding(embedding))
                .likeness()
                .orElseThrow();
        assertThat(given.embedding().orElseThrow().floats()).containsExactly(1, 0, 2);
        Likeness ofPrompt = parseLike(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP))
                .likeness()
                .orElseThrow();
        assertThat(ofPrompt.isOfPrompt()).isTrue();
        assertThat(parseLike(request()).likeness()).isEmpty();
    }

    @Test
    void whatContradictsALikenessIsRefused() {
        assertThat(likenessViolations(request().setImageEmbedding(Embedding.getDefaultInstance())))
                .containsExactly(
                        "prompt: cat on snow (expected: empty with image_embedding)",
                        "image_embedding.values: 0 coordinates (expected: 3 coordinates)",
                        "image_embedding.values: of length 0.0 (expected: finite, of length 0.001 to 1000)");
        Embedding good =
                Embedding.newBuilder().addAllValues(List.of(1f, 1f, 1f)).build();
        assertThat(likenessViolations(GenerateImageRequest.newBuilder()
                        .setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP)
                        .setImageEmbedding(good)))
                .containsExactly("image_embedding: set (expected: unset for IMAGE_PIPELINE_UNCLIP)");
        assertThat(likenessViolations(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_VARIATION)))
                .containsExactly("image_embedding: unset (expected: an embedding for IMAGE_PIPELINE_VARIATION)");
        assertThat(likenessViolations(request().setUnclipModel(ModelRef.getDefaultInstance())))
                .containsExactly(
                        "unclip_model: set (expected: unset without image_embedding or IMAGE_PIPELINE_UNCLIP)");
        assertThat(likenessViolations(request().setPipelineValue(77)))
                .containsExactly("pipeline: 77 (expected: a value of ImagePipeline)");
    }

    @Test
    void anUnClipModelOfAnotherModelIsRefusedAndLetGo() {
        DrawnUnClip unClip = new DrawnUnClip("other");
        InferenceException failure = catchThrowableOfType(
                InferenceException.class,
                () -> Services.parse(
                        request()
                                .setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP)
                                .build(),
                        model,
                        Services.UNCONTROLLED,
                        (name, base, context, onLoading) -> unClip.use()));
        assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
        assertThat(failure).hasMessage("unclip_model.name: drawn-unclip (expected: an unCLIP model of drawn)");
        assertThat(unClip.isIdle()).isTrue();
    }

    private GenerateImageOptions parseLike(GenerateImageRequest.Builder request) {
        return Services.parse(
                request.build(), model, Services.UNCONTROLLED, (name, base, context, onLoading) -> new DrawnUnClip(
                                "drawn")
                        .use());
    }

    private List<String> likenessViolations(GenerateImageRequest.Builder request) {
        return violations(catchThrowableOfType(StatusRuntimeException.class, () -> parseLike(request)));
    }

    @Test
    void aMaskIsPaintedIntoThePictureAndKeepsTheRest() {
        Hole hole = parse(
                        versatile,
                        request().setInitImage(Pictures.black(32, 32)).setMask(Pictures.black(32, 32)))
                .hole()
                .orElseThrow();
        assertThat(hole.preservesUnmasked()).isTrue();
        assertThat(hole.mask().painted()).doesNotContain(true);
        GenerateImageOptions options = parse(
                versatile,
                request()
                        .setInitImage(Pictures.black(32, 32))
                        .setMask(Pictures.black(32, 32))
                        .setPreserveUnmasked(false));
        assertThat(options.hole().orElseThrow().preservesUnmasked()).isFalse();
        assertThat(options.stepsTaken()).as("at strength 1").isEqualTo(5);
    }

    @Test
    void everyFaultOfAMaskIsToldAtOnce() {
        assertThat(violations(failure(request().setMask(Pictures.black(16, 32)))))
                .containsExactly(
                        "mask: set (expected: unset: model drawn does not inpaint)",
                        "init_image: unset (expected: the picture around the mask)",
                        "mask: 16x32 pixels (expected: 32x32 pixels)");
        assertThat(violations(failure(
                        versatile,
                        request().setInitImage(Pictures.black(50, 20)).setMask(Pictures.black(32, 32)))))
                .containsExactly("init_image: 50x20 pixels (expected: 32x32 pixels, with a mask)");
        assertThat(violations(failure(request().setPreserveUnmasked(true))))
                .containsExactly("preserve_unmasked: true (expected: unset without mask)");
        assertThat(violations(failure(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_INPAINTING))))
                .containsExactly("mask: unset (expected: a picture for IMAGE_PIPELINE_INPAINTING)");
        assertThat(violations(failure(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_CONTROL))))
                .containsExactly("control_images: unset (expected: at least 1 for IMAGE_PIPELINE_CONTROL)");
    }

    @Test
    void paddingAroundTheMaskEnlargesThePartThatIsPainted() {
        byte[] rgb = new byte[3 * 32 * 32];
        Arrays.fill(rgb, 3 * (4 * 32 + 4), 3 * (4 * 32 + 8), (byte) 255);
        Image mask = Pictures.image(PngEncoder.encode(new Picture(32, 32, rgb)));
        GenerateImageOptions options = parse(
                versatile,
                request().setInitImage(Pictures.black(32, 32)).setMask(mask).setPaddingMaskCrop(2));
        Hole hole = options.hole().orElseThrow();
        assertThat(hole.cut().orElseThrow().region()).isEqualTo(new CropRegion(2, 1, 8, 8));
        assertThat(hole.picture().width()).isEqualTo(32);
        assertThat(options.init().orElseThrow().picture()).isSameAs(hole.picture());
    }

    @Test
    void everyFaultOfThePaddingIsToldAtOnce() {
        assertThat(violations(failure(request().setPaddingMaskCrop(16))))
                .containsExactly("padding_mask_crop: 16 (expected: unset without mask)");
        GenerateImageRequest.Builder masked =
                request().setInitImage(Pictures.black(32, 32)).setMask(Pictures.black(32, 32));
        assertThat(violations(
                        failure(versatile, masked.clone().setPaddingMaskCrop(-1).setPreserveUnmasked(false))))
                .containsExactly(
                        "preserve_unmasked: false (expected: unset with padding_mask_crop)",
                        "padding_mask_crop: -1 (expected: 0 to 256)");
        assertThat(violations(failure(versatile, masked.clone().setPaddingMaskCrop(0))))
                .containsExactly("mask: black everywhere (expected: white somewhere, with padding_mask_crop)");
    }

    @Test
    void everyFaultOfControlsIsToldAtOnce() {
        ControlImage good = ControlImage.newBuilder()
                .setImage(Pictures.black(32, 32))
                .setKind(ControlKind.CONTROL_KIND_CANNY)
                .build();
        GenerateImageRequest.Builder request = request()
                .addControlImages(
                        good.toBuilder().setScale(Float.NaN).setStart(0.5).setEnd(0.5))
                .addControlImages(good.toBuilder().setScale(2.5f).setStart(-0.1).setEnd(1.5))
                .addControlImages(
                        good.toBuilder().setImage(Pictures.black(16, 32)).clearKind())
                .addControlImages(good.toBuilder().setImage(Image.newBuilder().setData(ByteString.copyFromUtf8("x"))));
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> Services.parse(request.build(), versatile, Services.UNCONTROLLED));
        assertRangesAreThoseOfTheProto(request, failure);
        assertThat(violations(failure))
                .containsExactly(
                        "control_images[0].scale: NaN (expected: finite, 0 to 2)",
                        "control_images[0].start: 0.5 (expected: finite, 0 to below end)",
                        "control_images[1].scale: 2.5 (expected: finite, 0 to 2)",
                        "control_images[1].end: 1.5 (expected: finite, above 0 to 1)",
                        "control_images[1].start: -0.1 (expected: finite, 0 to below end)",
                        "control_images[2].kind: CONTROL_KIND_UNSPECIFIED (expected: CONTROL_KIND_CANNY)",
                        "control_images[2].image: 16x32 pixels (expected: 32x32 pixels)",
                        "control_images[3].image.data: a file that begins with 78 (expected: PNG, JPEG or WebP)");
    }

    @Test
    void controlsOfAModelThatNothingSteersAreRefusedAndSoIsGuessModeWithoutControls() {
        ControlImage control = ControlImage.newBuilder()
                .setImage(Pictures.black(32, 32))
                .setKind(ControlKind.CONTROL_KIND_CANNY)
                .build();
        assertThat(violations(failure(request().addControlImages(control))))
                .containsExactly("control_images: set (expected: unset: no ControlNet steers drawn)");
        assertThat(violations(failure(request().addAllControlImages(Collections.nCopies(5, control)))))
                .contains("control_images: 5 items (expected: at most 4)");
        assertThat(violations(failure(request().setGuessMode(true))))
                .containsExactly("guess_mode: true (expected: unset without control_images)");
    }

    @Test
    void aControlNetOfAnotherModelIsRefused() {
        DrawnControlNet network = new DrawnControlNet("other");
        GenerateImageRequest request = request()
                .addControlImages(ControlImage.newBuilder()
                        .setImage(Pictures.black(32, 32))
                        .setKind(ControlKind.CONTROL_KIND_CANNY))
                .build();
        InferenceException failure = catchThrowableOfType(
                InferenceException.class,
                () -> Services.parse(
                        request,
                        DiffusionModel.of(DrawnModel.versatile()),
                        (model, base, context, onLoading) -> network.use()));
        assertThat(failure.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
        assertThat(failure).hasMessage("control_images[0].model.name: drawn-canny (expected: a ControlNet of drawn)");
        assertThat(network.isIdle()).isTrue();
    }

    private GenerateImageOptions parse(GenerateImageRequest.Builder request) {
        return parse(model, request);
    }

    private static GenerateImageOptions parse(DiffusionModel model, GenerateImageRequest.Builder request) {
        return Services.parse(request.build(), model, Services.UNCONTROLLED);
    }

    private StatusRuntimeException failure(GenerateImageRequest.Builder request) {
        return failure(model, request);
    }

    private static StatusRuntimeException failure(DiffusionModel model, GenerateImageRequest.Builder request) {
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> parse(model, request));
        assertRangesAreThoseOfTheProto(request, failure);
        return failure;
    }

    private static void assertRangesAreThoseOfTheProto(
            GenerateImageRequest.Builder request, StatusRuntimeException failure) {
        for (NumberRanges.Fault fault : NumberRanges.faults(request.build())) {
            if (SIZES_OF_THE_MODEL.contains(fault.path())) {
                assertThat(violations(failure)).anyMatch(told -> told.startsWith(fault.path() + ": " + fault.value()));
            } else {
                assertThat(violations(failure)).contains(fault.description());
            }
        }
    }

    private static List<String> violations(StatusRuntimeException failure) {
        return Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(BadRequest.FieldViolation::getDescription)
                .toList();
    }

    private static GenerateImageRequest.Builder request() {
        return GenerateImageRequest.newBuilder().setPrompt("cat on snow");
    }
}
