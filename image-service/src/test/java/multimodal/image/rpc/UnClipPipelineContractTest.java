package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.image.testing.ImageAnswers;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.RecordingClient;
import multimodal.image.testing.ShippedModel;
import multimodal.image.v1.GenerateImageProgress;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImagePipeline;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.image.v1.SchedulerKind;
import multimodal.image.v1.SchedulerOptions;
import multimodal.image.v1.VaryImageRequest;
import multimodal.image.v1.VaryImageResponse;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchListener;
import multimodal.media.GenerationMetadata;
import multimodal.media.Picture;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** What clients may rely on of unCLIP whole: a prior, a decoder of pictures and super-resolution, on a tiny random Karlo. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnClipPipelineContractTest {

    private static final int PRIOR_STEPS = 25;
    private static final int STEPS = 4;
    private static final int SUPER_RESOLUTION_STEPS = 7;
    private static final int SIDE = 32;
    private static final int ROWS = 3;

    private final CallExecutor executor = new CallExecutor("call", 4, 4);
    private final RecordingClient leaving = new RecordingClient(Integer.MAX_VALUE);
    private final CompletableFuture<Void> cancelSeen = new CompletableFuture<>();
    private final AtomicInteger stepsOfTheLeaving = new AtomicInteger();
    private ShippedModel shipped;
    private LoopbackServer server;

    @BeforeAll
    void start() throws IOException {
        shipped = ShippedModel.open("onnxruntime", ShippedModel.goldenRepository(), new BatchListener() {
            @Override
            public void formed(BatchEvent batch) {
                cancelInSuperResolution(batch);
            }
        });
        server = new LoopbackServer(Services.create(
                executor,
                (model, context, onLoading) -> shipped.model("random-karlo"),
                Services.UNCONTROLLED,
                (model, base, context, onLoading) -> {
                    Context.current().addListener(call -> cancelSeen.complete(null), Runnable::run);
                    return shipped.unClipModel(base + "-likeness");
                }));
    }

    @AfterAll
    void close() throws InterruptedException {
        server.close();
        executor.close();
        shipped.close();
    }

    @Test
    void aPromptGoesThroughPriorDecoderAndSuperResolutionAndTheStepsOfAllCount() {
        List<GenerateImageResponse> responses =
                generate(prompt().setImageCount(2).setPreviewInterval(STEPS));
        List<GenerateImageProgress> progress = responses.stream()
                .filter(GenerateImageResponse::hasProgress)
                .map(GenerateImageResponse::getProgress)
                .toList();
        int all = PRIOR_STEPS + STEPS + SUPER_RESOLUTION_STEPS;
        assertThat(progress)
                .extracting(told -> told.getProgress().getStep())
                .as("in their order, the first and the last among them, and that with previews")
                .isSorted()
                .contains(1, PRIOR_STEPS + STEPS, all);
        assertThat(progress).allSatisfy(told -> assertThat(told.getProgress().getStepCount())
                .isEqualTo(all));
        GenerateImageProgress decoded = progress.stream()
                .filter(told -> told.getPreviewsCount() > 0)
                .findFirst()
                .orElseThrow();
        assertThat(decoded.getPreviewsList()).hasSize(2).allSatisfy(preview -> assertSize(preview.getData()));

        GenerateImageResult result = responses.get(responses.size() - 1).getResult();
        assertThat(result.getUnclipModel().getName()).isEqualTo("random-karlo-likeness");
        assertThat(result.getWidth()).isEqualTo(SIDE);
        assertThat(result.hasScheduler()).as("there is but one").isFalse();
        assertThat(result.getImages(0).getImage()).isNotEqualTo(decoded.getPreviews(0));
        GenerationMetadata settings = GenerationMetadata.read(
                        result.getImages(0).getImage().getData().toByteArray())
                .orElseThrow();
        assertThat(settings.scheduler()).isEqualTo("unclip");
        assertThat(settings.prompt()).isEqualTo("a castle");

        GenerateImageResult second = last(prompt().setSeed(result.getInfo().getSeed() + 1));
        assertThat(second.getImages(0)).isEqualTo(result.getImages(1));
    }

    @Test
    void aPictureIsVariedWithoutThePrior() {
        VaryImageRequest request = VaryImageRequest.newBuilder()
                .setImage(Pictures.black(50, 20))
                .setSteps(STEPS)
                .setSeed(9)
                .build();
        List<VaryImageResponse> responses = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(server.channel()).varyImage(request).forEachRemaining(responses::add);
        assertThat(responses.get(0).getProgress().getProgress().getStepCount())
                .isEqualTo(STEPS + SUPER_RESOLUTION_STEPS);
        GenerateImageResult result = responses.get(responses.size() - 1).getResult();
        assertSize(result.getImages(0).getImage().getData());
    }

    @Test
    void wordsAloneArePaintedBesideTheEmbeddingThatStandsForNone() {
        GenerateImageResult words = last(prompt().clearPipeline());
        assertThat(words.hasUnclipModel()).isFalse();
        assertThat(words.getImages(0).getImage().getData()).isNotEqualTo(file(last(prompt())));
        assertThat(file(last(prompt().clearPipeline().setPrompt("a cat")))).isNotEqualTo(file(words));
    }

    @Test
    void whatSuchAModelCannotDoIsRefusedByName() {
        SchedulerOptions euler = SchedulerOptions.newBuilder()
                .setKind(SchedulerKind.SCHEDULER_KIND_EULER)
                .build();
        assertThat(violations(prompt().setScheduler(euler).setWidth(64).setInitImage(Pictures.black(SIDE, SIDE))))
                .containsExactly(
                        "width: 64 (expected: a multiple of 32, 32 to 32)",
                        "scheduler: set (expected: unset: model random-karlo has but one)",
                        "init_image: set (expected: unset, as model random-karlo/1 has no encoder)");
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> generate(prompt().setSteps(1)));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining("steps: 1 (expected: 2 to 1000)");
    }

    /** It has as many rows as no other request here, and the second step of super-resolution runs when it leaves. */
    @Test
    void aCallThatIsCancelledInSuperResolutionEndsWithinAStep() {
        ImageServiceGrpc.newStub(server.channel())
                .generateImage(prompt().setImageCount(ROWS).build(), leaving);
        assertThat(leaving.end().getCode()).isEqualTo(Code.CANCELLED);
        assertThat(last(prompt()).getImagesCount()).isEqualTo(1);
        assertThat(stepsOfTheLeaving).hasValue(2);
    }

    private void cancelInSuperResolution(BatchEvent batch) {
        boolean isLeaving = batch.key().artifact().startsWith("super_res") && batch.rows() == ROWS;
        if (isLeaving && stepsOfTheLeaving.incrementAndGet() == 2) {
            leaving.cancel();
            cancelSeen.join();
        }
    }

    private List<GenerateImageResponse> generate(GenerateImageRequest.Builder request) {
        return ImageAnswers.generated(server.channel(), request.build());
    }

    private GenerateImageResult last(GenerateImageRequest.Builder request) {
        return ImageAnswers.result(server.channel(), request.build());
    }

    private List<String> violations(GenerateImageRequest.Builder request) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> generate(request));
        return Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(FieldViolation::getDescription)
                .toList();
    }

    private static void assertSize(ByteString png) {
        Picture picture = Pictures.decode(png.toByteArray());
        assertThat(picture.width()).isEqualTo(SIDE);
        assertThat(picture.height()).isEqualTo(SIDE);
    }

    private static ByteString file(GenerateImageResult result) {
        return result.getImages(0).getImage().getData();
    }

    private static GenerateImageRequest.Builder prompt() {
        return GenerateImageRequest.newBuilder()
                .setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP)
                .setPrompt("a castle")
                .setSteps(STEPS)
                .setSeed(4);
    }
}
