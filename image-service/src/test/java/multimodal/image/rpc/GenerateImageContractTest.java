package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.ImageAnswers;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.RawRequests;
import multimodal.image.testing.RecordingClient;
import multimodal.image.testing.SentMessages;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImagePipeline;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.inference.repository.ModelId;
import multimodal.media.GenerationMetadata;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code GenerateImage} promises, over a real socket, with a model of plain arithmetic behind it. */
@Timeout(60)
class GenerateImageContractTest {

    private static final int CALL_THREADS = 4;
    /** What gRPC takes from a server before it calls a stream not ready. */
    private static final int READY_BYTES = 32 * 1024;

    private final CallExecutor executor = new CallExecutor("call", CALL_THREADS, 16);
    private final SentMessages sent = new SentMessages();
    private volatile IntConsumer beforeStep = step -> {};
    private volatile boolean isLoading;
    private final DrawnModel drawn = new DrawnModel(true, step -> beforeStep.accept(step));
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        ImageGrpcService service = Services.create(executor, this::find);
        server = new LoopbackServer(service, sent);
    }

    private DiffusionModel find(ModelRef model, RequestContext context, Consumer<ModelId> onLoading) {
        if (isLoading) {
            onLoading.accept(drawn.manifest().id());
        }
        if (!model.getName().isEmpty() && !model.getName().equals("drawn")) {
            throw InferenceException.notFound("model.name", model.getName(), "one of [drawn]");
        }
        return DiffusionModel.of(drawn.use());
    }

    /** Whatever a test did to the service, it serves, and nothing is left open. */
    @AfterEach
    void stillServesAndStops() throws InterruptedException {
        beforeStep = step -> {};
        isLoading = false;
        assertThat(generate(request())).last().matches(GenerateImageResponse::hasResult);
        while (!drawn.isIdle()) {
            Thread.onSpinWait();
        }
        server.close();
        executor.close();
    }

    @Test
    void progressRisesAndTheResultComesLast() {
        List<GenerateImageResponse> responses = generate(request().setPreviewInterval(2));
        int last = responses.size() - 1;
        assertThat(responses.subList(0, last))
                .extracting(response -> response.getProgress().getProgress().getStep())
                .as("the first, the last, those with previews, and perhaps the third")
                .containsSubsequence(1, 2, 4, 5)
                .isSubsetOf(1, 2, 3, 4, 5)
                .doesNotHaveDuplicates()
                .isSorted();
        assertThat(responses.subList(0, last)).allSatisfy(response -> {
            assertThat(response.getProgress().getProgress().getStepCount()).isEqualTo(5);
            assertThat(response.getProgress().getProgress().hasEstimatedRemaining())
                    .isTrue();
        });
        assertThat(responses.get(1).getProgress().getPreviewsCount()).isOne();
        assertThat(responses.get(last).hasResult()).isTrue();
    }

    @Test
    void aCallThatWaitsForItsModelIsToldSoFirst() {
        isLoading = true;
        List<GenerateImageResponse> responses = generate(request());
        assertThat(responses.get(0).getLoading().getModel().getName()).isEqualTo("drawn");
        assertThat(responses.subList(1, responses.size())).noneMatch(GenerateImageResponse::hasLoading);
    }

    @Test
    void theResultSaysHowItWasMade() {
        GenerateImageResult result =
                result(request().setImageCount(2).setSeed(-7).setGuidanceScale(4));
        assertThat(result.getInfo().getModel().getName()).isEqualTo("drawn");
        assertThat(result.getInfo().getModel().getVersion()).isEqualTo("7");
        assertThat(result.getInfo().getSeed()).isEqualTo(-7);
        assertThat(result.getSteps()).isEqualTo(5);
        assertThat(result.getGuidanceScale()).isEqualTo(4);
        assertThat(result.getImages(1).getSeed()).isEqualTo(-6);
        byte[] png = result.getImages(1).getImage().getData().toByteArray();
        assertThat(GenerationMetadata.read(png).orElseThrow().seed()).isEqualTo(-6);
    }

    @Test
    void theSameSeedGivesTheSameBytes() {
        GenerateImageResult first = result(request().setSeed(5));
        assertThat(result(request().setSeed(5)).getImagesList()).isEqualTo(first.getImagesList());
    }

    @Test
    void aDrawnSeedMakesThePictureAgain() {
        GenerateImageResult drawnSeed = result(request());
        assertThat(drawnSeed.getInfo().hasSeed()).isTrue();
        assertThat(result(request().setSeed(drawnSeed.getInfo().getSeed())).getImagesList())
                .isEqualTo(drawnSeed.getImagesList());
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, Long.MAX_VALUE})
    void everySeedIsServed(long seed) {
        assertThat(result(request().setSeed(seed).setImageCount(2)).getInfo().getSeed())
                .isEqualTo(seed);
    }

    @Test
    void droppedWordsAreTold() {
        GenerateImageResult result = result(request().setPrompt("a b c d e f"));
        assertThat(result.getInfo().getCutTexts(0).getField()).isEqualTo("prompt");
        assertThat(result.getInfo().getCutTexts(0).getDroppedWordsList()).containsExactly("e", "f");
    }

    @Test
    void anEmptyPromptIsRefused() {
        assertRefused(request().setPrompt(""), "prompt: empty (expected: 1 to 10000 characters, not only blanks)");
        assertRefused(request().setPrompt(" \n"), "prompt: blank (expected: 1 to 10000 characters, not only blanks)");
    }

    @Test
    void aPromptOfAHundredThousandCharactersIsRefused() {
        assertRefused(
                request().setPrompt("x".repeat(100_000)),
                "prompt: 100000 characters (expected: 1 to 10000 characters, not only blanks)");
    }

    @Test
    void aPromptThatIsNotUtf8IsRefused() {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> RawRequests.generateImage(server.channel(), ByteString.fromHex("63ff61")));
        assertRefused(failure, "prompt: not UTF-8 (expected: text in UTF-8)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 151, -1, Integer.MAX_VALUE})
    void stepsBeyondTheirRangeAreRefused(int steps) {
        assertRefused(request().setSteps(steps), "steps: %d (expected: 1 to 150)".formatted(steps));
    }

    @ParameterizedTest
    @CsvSource({"NaN,NaN", "Infinity,Infinity", "-0.5,-0.5", "30.5,30.5"})
    void guidanceBeyondItsRangeIsRefused(float scale, String told) {
        assertRefused(
                request().setGuidanceScale(scale), "guidance_scale: %s (expected: finite, 0 to 30)".formatted(told));
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 100_000, 0, -8})
    void aWidthThatTheModelCannotMakeIsRefused(int width) {
        assertRefused(request().setWidth(width), "width: %d (expected: a multiple of 8, 32 to 64)".formatted(width));
    }

    @Test
    void anUnknownModelIsNotFound() {
        StatusRuntimeException failure =
                failure(request().setModel(ModelRef.newBuilder().setName("other")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure).hasMessageContaining("model.name: other (expected: one of [drawn])");
    }

    @Test
    void aModelWithoutUnClipIsToldToBeNone() {
        StatusRuntimeException failure = failure(request().setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure).hasMessageContaining("unclip_model.name:");
    }

    @Test
    void aPictureFromAPictureTellsItsStepsAndItsStrength() {
        List<GenerateImageResponse> responses = generate(
                request().setInitImage(Pictures.black(16, 16)).setStrength(0.4f).setSeed(3));
        assertThat(responses).hasSize(3);
        assertThat(responses.get(0).getProgress().getProgress().getStepCount()).isEqualTo(2);
        GenerateImageResult result = responses.get(2).getResult();
        assertThat(result.getStrength()).isEqualTo(0.4f);
        assertThat(result.getSteps()).isEqualTo(5);
        assertThat(result(request()).hasStrength()).isFalse();
    }

    @Test
    void anInitImageThatCannotBeReadIsRefused() {
        StatusRuntimeException failure = failure(request().setInitImage(Pictures.bomb()));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining("init_image.data: PNG of 60000x60000");
        assertThat(drawn.costs()).as("nothing was admitted").isEmpty();
    }

    @Test
    void aDeadlineThatCannotBeMetIsExceeded() {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> ImageServiceGrpc.newBlockingStub(server.channel())
                        .withDeadlineAfter(1, TimeUnit.MILLISECONDS)
                        .generateImage(request().setSteps(150).build())
                        .forEachRemaining(response -> {}));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aClientThatCancelsAtStepThreeLeavesBeforeStepFour() {
        beforeStep = step -> {
            if (step == 4) {
                awaitCancel();
            }
        };
        RecordingClient client = new RecordingClient(3);
        GenerateImageRequest request = request().setPreviewInterval(1).build();
        ImageServiceGrpc.newStub(server.channel()).generateImage(request, client);
        while (client.responses().size() < 3) {
            Thread.onSpinWait();
        }
        client.cancel();
        assertThat(client.end().getCode()).isEqualTo(Code.CANCELLED);
        while (!drawn.isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(drawn.steps()).hasSize(3);
    }

    private static void awaitCancel() {
        while (!Context.current().isCancelled()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void clientsThatStopReadingCostAFewMessagesEachAndHoldUpNobody() {
        int steps = 60;
        GenerateImageRequest request = request()
                .setSteps(steps)
                .setPreviewInterval(1)
                .setImageCount(4)
                .setWidth(64)
                .setHeight(64)
                .build();
        ManagedChannel narrow = server.connect();
        List<RecordingClient> stalled = Stream.generate(() -> new RecordingClient(0))
                .limit(2 * CALL_THREADS)
                .toList();
        stalled.forEach(client -> ImageServiceGrpc.newStub(narrow).generateImage(request, client));
        while (drawn.steps().size() < stalled.size() * steps || !drawn.isIdle()) {
            Thread.onSpinWait();
        }

        assertThat(sent.bytes())
                .isLessThan(stalled.size() * (LoopbackServer.WINDOW_BYTES + READY_BYTES + sent.largestBytes()));
        assertThat(generate(request())).last().matches(GenerateImageResponse::hasResult);

        stalled.forEach(RecordingClient::readOn);
        assertThat(stalled).allSatisfy(client -> {
            assertThat(client.end().isOk()).isTrue();
            assertThat(client.responses()).last().matches(GenerateImageResponse::hasResult);
        });
        narrow.shutdownNow();
    }

    @Test
    void aBugInThePipelineIsAnIdWithoutItsText() {
        beforeStep = step -> {
            throw new IllegalStateException("secret detail");
        };
        StatusRuntimeException failure = failure(request());
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INTERNAL);
        assertThat(failure.getStatus().getDescription()).matches("internal error [0-9a-f-]{36}");
    }

    private void assertRefused(GenerateImageRequest.Builder request, String violation) {
        assertRefused(failure(request), violation);
        assertThat(drawn.costs()).as("nothing was admitted").isEmpty();
    }

    private static void assertRefused(StatusRuntimeException failure, String violation) {
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining(violation);
        assertThat(Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList())
                .extracting(FieldViolation::getDescription)
                .containsExactly(violation);
    }

    private StatusRuntimeException failure(GenerateImageRequest.Builder request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> generate(request));
    }

    private GenerateImageResult result(GenerateImageRequest.Builder request) {
        return ImageAnswers.result(server.channel(), request.build());
    }

    private List<GenerateImageResponse> generate(GenerateImageRequest.Builder request) {
        return ImageAnswers.generated(server.channel(), request.build());
    }

    private static GenerateImageRequest.Builder request() {
        return GenerateImageRequest.newBuilder().setPrompt("cat on snow");
    }
}
