package multimodal.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import multimodal.common.v1.ModelRef;
import multimodal.image.testing.RawRequests;
import multimodal.image.testing.RecordingClient;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.media.GenerationMetadata;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The assembled service over a real socket, with the model that ships; it must serve after each test. */
@QuarkusTest
@TestProfile(RunningService.class)
class ImageServiceTest {

    private static final int HUGE = 300 << 20;

    @ConfigProperty(name = RunningService.PORT)
    int port;

    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        channel = ManagedChannelBuilder.forAddress("localhost", port)
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stillServes() {
        HealthCheckRequest question = HealthCheckRequest.newBuilder()
                .setService(ImageServiceGrpc.SERVICE_NAME)
                .build();
        assertThat(HealthGrpc.newBlockingStub(channel).check(question).getStatus())
                .isEqualTo(ServingStatus.SERVING);
        assertThat(generate(request())).last().matches(GenerateImageResponse::hasResult);
        channel.shutdownNow();
    }

    @Test
    void picturesComeWithPreviewsSettingsAndTimings() {
        List<GenerateImageResponse> responses = generate(
                request().setSteps(4).setPreviewInterval(2).setImageCount(2).setSeed(3));
        GenerateImageResult result = responses.get(responses.size() - 1).getResult();
        assertThat(result.getImagesCount()).isEqualTo(2);
        byte[] png = result.getImages(1).getImage().getData().toByteArray();
        Picture picture = new PictureDecoder(PictureLimits.DEFAULT).decode(png);
        assertThat(picture.width()).isEqualTo(result.getWidth());
        GenerationMetadata settings = GenerationMetadata.read(png).orElseThrow();
        assertThat(settings.seed()).isEqualTo(4);
        assertThat(settings.model()).isEqualTo(result.getInfo().getModel().getName());
        assertThat(result.getInfo().getEngine()).isNotEmpty();
        assertThat(result.getInfo().getTimings().getEngine().getNanos()).isPositive();
        assertThat(responses)
                .filteredOn(response -> response.getProgress().getPreviewsCount() == 2)
                .isNotEmpty();
    }

    @Test
    void theSameSeedGivesTheSameBytesInAnyCompany() {
        GenerateImageRequest.Builder request = request().setSeed(5).setSteps(3);
        ByteString alone = png(generate(request));
        RecordingClient company = new RecordingClient(Integer.MAX_VALUE);
        ImageServiceGrpc.newStub(channel)
                .generateImage(request().setSeed(6).setSteps(6).setImageCount(2).build(), company);
        assertThat(png(generate(request))).isEqualTo(alone);
        assertThat(company.end().isOk()).isTrue();
    }

    @Test
    void anUnknownModelIsNotFoundAndToldWhatThereIs() {
        StatusRuntimeException failure =
                failure(request().setModel(ModelRef.newBuilder().setName("other")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure).hasMessageContaining("model.name: other (expected: one of [");
    }

    @Test
    void aMessageOfThreeHundredMegabytesIsRefused() {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> RawRequests.generateImage(channel, ByteString.copyFrom(new byte[HUGE])));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    }

    @Test
    void aPromptThatIsNotUtf8IsRefused() {
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class, () -> RawRequests.generateImage(channel, ByteString.fromHex("63ff61")));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(failure).hasMessageContaining("prompt: not UTF-8");
    }

    @Test
    void aDeadlineOfAMillisecondIsExceeded() {
        StatusRuntimeException failure =
                catchThrowableOfType(StatusRuntimeException.class, () -> ImageServiceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(1, TimeUnit.MILLISECONDS)
                        .generateImage(request().setSteps(150).build())
                        .forEachRemaining(response -> {}));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
    }

    @Test
    void aClientThatCancelsAtStepThreeIsLetGo() {
        RecordingClient client = new RecordingClient(3);
        ImageServiceGrpc.newStub(channel).generateImage(request().setSteps(150).build(), client);
        while (client.responses().size() < 3) {
            Thread.onSpinWait();
        }
        client.cancel();
        assertThat(client.end().getCode()).isEqualTo(Code.CANCELLED);
    }

    private StatusRuntimeException failure(GenerateImageRequest.Builder request) {
        return catchThrowableOfType(StatusRuntimeException.class, () -> generate(request));
    }

    private List<GenerateImageResponse> generate(GenerateImageRequest.Builder request) {
        List<GenerateImageResponse> responses = new ArrayList<>();
        ImageServiceGrpc.newBlockingStub(channel).generateImage(request.build()).forEachRemaining(responses::add);
        return responses;
    }

    private static ByteString png(List<GenerateImageResponse> responses) {
        return responses
                .get(responses.size() - 1)
                .getResult()
                .getImages(0)
                .getImage()
                .getData();
    }

    private static GenerateImageRequest.Builder request() {
        return GenerateImageRequest.newBuilder().setPrompt("a cat").setSteps(1);
    }
}
