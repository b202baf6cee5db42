package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Context;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.Embedding;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.DrawnUnClip;
import multimodal.image.testing.DrawnUnClip.Part;
import multimodal.image.testing.ImageAnswers;
import multimodal.image.testing.Pictures;
import multimodal.image.testing.RecordingClient;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImagePipeline;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.image.v1.VaryImageRequest;
import multimodal.image.v1.VaryImageResponse;
import multimodal.inference.error.InferenceException;
import multimodal.inference.tensor.Tensor;
import multimodal.media.GenerationMetadata;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients may rely on when pictures shall be like something: of VaryImage, and of GenerateImage through unCLIP. */
@Timeout(60)
class VaryImageContractTest {

    private final CallExecutor executor = new CallExecutor("call", 2, 2);
    private final DrawnModel drawn = new DrawnModel(true);
    private volatile IntConsumer beforeStep = step -> {};
    private DrawnUnClip unClip = new DrawnUnClip("drawn", step -> beforeStep.accept(step));
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = new LoopbackServer(Services.create(
                executor,
                (model, context, onLoading) -> DiffusionModel.of(drawn.use()),
                Services.UNCONTROLLED,
                (model, base, context, onLoading) -> {
                    if (!model.getName().isEmpty() && !model.getName().equals("drawn-unclip")) {
                        throw InferenceException.notFound("model.name", model.getName(), "one of [drawn-unclip]");
                    }
                    return unClip.use();
                }));
    }

    /** Whatever a request asks of models, it leaves them. */
    @AfterEach
    void leavesNothingOpen() throws InterruptedException {
        while (!drawn.isIdle() || !unClip.isIdle()) {
            Thread.onSpinWait();
        }
        server.close();
        executor.close();
    }

    @Test
    void aPictureIsVariedByWhatItsEmbeddingTells() {
        List<VaryImageResponse> responses =
                vary(request().setImageCount(2).setPreviewInterval(5).setSeed(9));
        int last = responses.size() - 1;
        assertThat(responses.subList(0, last))
                .extracting(response -> response.getProgress().getProgress().getStep())
                .startsWith(1)
                .endsWith(5)
                .isSorted();
        assertThat(responses.get(last - 1).getProgress().getPreviewsCount()).isEqualTo(2);
        GenerateImageResult result = responses.get(last).getResult();
        assertThat(result.getUnclipModel())
                .isEqualTo(ModelRef.newBuilder()
                        .setName("drawn-unclip")
                        .setVersion("2")
                        .build());
        assertThat(result.getInfo().getModel().getName()).isEqualTo("drawn");
        assertThat(result.getImages(1).getSeed()).isEqualTo(10);
        assertThat(unClip.projected()).singleElement().satisfies(embedding -> assertThat(embedding.floats())
                .as("black, once for both pictures")
                .containsExactly(-1, -1, -1));
        assertThat(unClip.costs()).containsExactly(1L);
        assertThat(unClip.steps()).as("steps of the prior").isEmpty();
        Tensor pooled = drawn.steps().get(0).get("text_embeds");
        assertThat(pooled.floats()).as("without and with the picture").containsExactly(3, 3, -3, -3);
        Tensor states = drawn.steps().get(0).get("encoder_hidden_states");
        assertThat(states.row(3).floats())
                .as("no words")
                .isEqualTo(states.row(0).floats());
    }

    @Test
    void theFileSaysWhatToldItsLikeness() {
        byte[] png = file(last(request())).toByteArray();
        GenerationMetadata settings = GenerationMetadata.read(png).orElseThrow();
        assertThat(settings.unClip()).contains("drawn-unclip/2");
        assertThat(settings.prompt()).isEmpty();
    }

    @Test
    void anEmbeddingIsVariedAsThePictureThatHasItAndGenerateImageTakesItToo() {
        ByteString ofPicture = file(last(request()));
        Embedding embedding = embedding(-1, -1, -1);
        assertThat(file(last(settings().setImageEmbedding(embedding)))).isEqualTo(ofPicture);
        GenerateImageRequest request = GenerateImageRequest.newBuilder()
                .setImageEmbedding(embedding)
                .setSeed(9)
                .build();
        List<GenerateImageResponse> generated = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(server.channel())
                .generateImage(request)
                .forEachRemaining(generated::add);
        assertThat(file(generated.get(generated.size() - 1).getResult())).isEqualTo(ofPicture);
    }

    @Test
    void throughThePriorEachPictureHasItsOwnEmbeddingAndItsStepsCount() {
        GenerateImageRequest request = prior().setImageCount(2).build();
        List<GenerateImageResponse> responses = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(server.channel())
                .generateImage(request)
                .forEachRemaining(responses::add);
        assertThat(responses.subList(0, responses.size() - 1))
                .extracting(response -> response.getProgress().getProgress().getStep())
                .startsWith(1)
                .endsWith(DrawnUnClip.PRIOR_STEPS + 5)
                .isSorted();
        assertThat(responses.get(0).getProgress().getProgress().getStepCount()).isEqualTo(9);
        assertThat(unClip.costs()).as("steps by pictures").containsExactly(2L * DrawnUnClip.PRIOR_STEPS);
        assertThat(unClip.steps()).hasSize(DrawnUnClip.PRIOR_STEPS).allSatisfy(step -> {
            assertThat(step.get("sample").rows()).isEqualTo(2);
            assertThat(step.get("attention_mask").row(0).floats())
                    .as("begin, a, cat, end")
                    .containsExactly(1, 1, 1, 1, 0, 0);
        });
        assertThat(unClip.projected()).singleElement().satisfies(embeddings -> assertThat(embeddings.rows())
                .isEqualTo(2));
        Tensor states = drawn.steps().get(0).get("encoder_hidden_states");
        assertThat(states.row(3).floats())
                .as("no words")
                .isEqualTo(states.row(0).floats());

        GenerateImageResult both = responses.get(responses.size() - 1).getResult();
        GenerateImageResult second = last(prior().setSeed(request.getSeed() + 1).build());
        assertThat(second.getImages(0).getImage()).isEqualTo(both.getImages(1).getImage());
    }

    @Test
    void noiseThatAModelAddsIsEachPicturesOwnAndThePromptIsReadBesideTheEmbedding() {
        unClip = new DrawnUnClip("drawn", step -> {}, EnumSet.allOf(Part.class));
        vary(request().setImageCount(2));
        Tensor both = unClip.projected().get(0);
        vary(request().setSeed(10));
        assertThat(unClip.projected().get(1).floats())
                .as("the second picture alone")
                .isEqualTo(both.row(1).floats())
                .isNotEqualTo(both.row(0).floats());
        last(prior().build());
        Tensor states = drawn.steps().get(drawn.steps().size() - 1).get("encoder_hidden_states");
        assertThat(states.row(1).floats())
                .as("a cat")
                .isNotEqualTo(states.row(0).floats());
    }

    @Test
    void whatAModelCannotDoIsRefusedByItsName() {
        unClip = new DrawnUnClip("drawn", step -> {}, EnumSet.noneOf(Part.class));
        assertThat(violations(request()))
                .containsExactly("unclip_model: drawn-unclip (expected: one with an image encoder)");
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> last(prior().build()));
        assertThat(violations(failure)).containsExactly("unclip_model: drawn-unclip (expected: one with a prior)");
        assertThat(vary(settings().setImageEmbedding(embedding(1, 2, 3))))
                .last()
                .matches(VaryImageResponse::hasResult);
    }

    @Test
    void aCallThatIsCancelledInThePriorEndsWithinAStep() {
        RecordingClient client = new RecordingClient(Integer.MAX_VALUE);
        beforeStep = step -> {
            if (step == 2) {
                client.cancel();
                while (!Context.current().isCancelled()) {
                    Thread.onSpinWait();
                }
            }
        };
        ImageServiceGrpc.newStub(server.channel()).generateImage(prior().build(), client);
        assertThat(client.end().getCode()).isEqualTo(Code.CANCELLED);
        while (!drawn.isIdle() || !unClip.isIdle()) {
            Thread.onSpinWait();
        }
        assertThat(unClip.steps()).hasSize(1);
        assertThat(drawn.steps()).isEmpty();
    }

    @Test
    void everyFaultOfAVariationIsToldAtOnce() {
        assertThat(violations(
                        settings().setSteps(151).setGuidanceScale(Float.NaN).setImageCount(5)))
                .containsExactly(
                        "source: nothing (expected: image or image_embedding)",
                        "steps: 151 (expected: 1 to 150)",
                        "guidance_scale: NaN (expected: finite, 0 to 30)",
                        "image_count: 5 (expected: 1 to 4)");
        assertThat(violations(settings().setImage(Pictures.bomb())))
                .singleElement()
                .asString()
                .startsWith("image.data: PNG of 60000x60000");
        assertThat(violations(settings().setImage(Image.getDefaultInstance())))
                .singleElement()
                .asString()
                .startsWith("image.data:");
        assertThat(drawn.costs()).as("nothing was admitted").isEmpty();
        assertThat(unClip.costs()).isEmpty();
    }

    @Test
    void anEmbeddingThatIsNoneIsRefused() {
        assertThat(violations(settings().setImageEmbedding(embedding(1, 0))))
                .containsExactly("image_embedding.values: 2 coordinates (expected: 3 coordinates)");
        assertThat(violations(settings().setImageEmbedding(embedding(1, Float.NaN, 0))))
                .containsExactly("image_embedding.values: of length NaN (expected: finite, of length 0.001 to 1000)");
        assertThat(violations(settings().setImageEmbedding(embedding(0, 0, 0))))
                .containsExactly("image_embedding.values: of length 0.0 (expected: finite, of length 0.001 to 1000)");
        assertThat(violations(settings().setImageEmbedding(Embedding.getDefaultInstance())))
                .hasSize(2);
    }

    @Test
    void anUnknownUnClipModelIsNotFound() {
        StatusRuntimeException failure =
                failure(request().setUnclipModel(ModelRef.newBuilder().setName("other")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure).hasMessageContaining("unclip_model.name: other (expected: one of [drawn-unclip])");
    }

    /** The settings of variations are read as those of pictures, by their names. */
    @Test
    void everySettingOfAVariationIsOneOfAPictureToo() {
        assertThat(VaryImageRequest.getDescriptor().getFields())
                .filteredOn(field -> !field.getName().equals("image"))
                .allSatisfy(field -> {
                    FieldDescriptor same = GenerateImageRequest.getDescriptor().findFieldByName(field.getName());
                    assertThat(same.getType()).isEqualTo(field.getType());
                    assertThat(same.isRepeated()).isEqualTo(field.isRepeated());
                });
        Set<String> settings = Set.of("steps", "guidance_scale", "width", "height", "seed", "scheduler");
        assertThat(VaryImageRequest.getDescriptor().getFields())
                .extracting(FieldDescriptor::getName)
                .containsAll(settings);
    }

    private List<VaryImageResponse> vary(VaryImageRequest.Builder request) {
        List<VaryImageResponse> responses = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(server.channel())
                .varyImage(request.build())
                .forEachRemaining(responses::add);
        return responses;
    }

    private GenerateImageResult last(VaryImageRequest.Builder request) {
        List<VaryImageResponse> responses = vary(request);
        return responses.get(responses.size() - 1).getResult();
    }

    private GenerateImageResult last(GenerateImageRequest request) {
        return ImageAnswers.result(server.channel(), request);
    }

    private StatusRuntimeException failure(VaryImageRequest.Builder request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> vary(request));
    }

    private List<String> violations(VaryImageRequest.Builder request) {
        return violations(failure(request));
    }

    private static List<String> violations(StatusRuntimeException failure) {
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        return Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                .map(FieldViolation::getDescription)
                .toList();
    }

    private static ByteString file(GenerateImageResult result) {
        return result.getImages(0).getImage().getData();
    }

    private static VaryImageRequest.Builder request() {
        return settings().setImage(Pictures.black(50, 20));
    }

    private static VaryImageRequest.Builder settings() {
        return VaryImageRequest.newBuilder().setSeed(9);
    }

    private static GenerateImageRequest.Builder prior() {
        return GenerateImageRequest.newBuilder()
                .setPipeline(ImagePipeline.IMAGE_PIPELINE_UNCLIP)
                .setPrompt("a cat")
                .setSeed(4);
    }

    private static Embedding embedding(float... values) {
        Embedding.Builder embedding = Embedding.newBuilder();
        for (float value : values) {
            embedding.addValues(value);
        }
        return embedding.build();
    }
}
