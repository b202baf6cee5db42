package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnControlNet;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.ImageAnswers;
import multimodal.image.testing.Pictures;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.inference.error.InferenceException;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code GenerateImage} promises for controls and masks, over a real socket, with models of plain arithmetic behind it. */
@Timeout(60)
class ControlledImageContractTest {

    private static final Image PICTURE = Pictures.black(32, 32);

    private final CallExecutor executor = new CallExecutor("call", 2, 2);
    private final DrawnModel drawn = DrawnModel.versatile();
    private final DrawnControlNet network = new DrawnControlNet("drawn");
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        ImageGrpcService service = Services.create(
                executor,
                (model, context, onLoading) -> DiffusionModel.of(drawn.use()),
                (model, base, context, onLoading) -> {
                    if (!model.getName().isEmpty() && !model.getName().equals("drawn-canny")) {
                        throw InferenceException.notFound("model.name", model.getName(), "one of [drawn-canny]");
                    }
                    return network.use();
                });
        server = new LoopbackServer(service);
    }

    /** Whatever a request asks of models, it leaves them. */
    @AfterEach
    void nothingIsLeftOpen() throws InterruptedException {
        while (!drawn.isIdle() || !network.isIdle()) {
            Thread.onSpinWait();
        }
        server.close();
        executor.close();
    }

    @Test
    void aControlSteersEveryStepAndItsNetworkIsGivenBack() {
        List<GenerateImageResponse> responses = generate(request().addControlImages(control()));
        assertThat(responses).last().matches(GenerateImageResponse::hasResult);
        assertThat(network.steps()).hasSize(5);
        assertThat(drawn.steps())
                .allSatisfy(
                        step -> assertThat(step.get("mid_residual").floats()).containsOnly(DrawnControlNet.RESIDUAL));
    }

    @Test
    void guessModeNeedsNoPrompt() {
        assertThat(generate(request().clearPrompt().setGuessMode(true).addControlImages(control())))
                .last()
                .matches(GenerateImageResponse::hasResult);
    }

    @Test
    void aControlNetThatDoesNotExistIsNotFoundByItsPlaceInTheRequest() {
        ControlImage.Builder unknown = control().setModel(ModelRef.newBuilder().setName("depth"));
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> generate(request().addControlImages(control()).addControlImages(unknown)));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.NOT_FOUND);
        assertThat(failure)
                .hasMessageContaining("control_images[1].model.name: depth (expected: one of [drawn-canny])");
    }

    @Test
    void aMaskAndAControlGoTogether() {
        List<GenerateImageResponse> responses =
                generate(request().setInitImage(PICTURE).setMask(PICTURE).addControlImages(control()));
        assertThat(responses
                        .get(responses.size() - 1)
                        .getResult()
                        .getImages(0)
                        .getImage()
                        .getData())
                .isNotEmpty();
        assertThat(drawn.steps())
                .hasSize(5)
                .allSatisfy(step -> assertThat(step.get("mask").floats()).containsOnly(0f));
    }

    private List<GenerateImageResponse> generate(GenerateImageRequest.Builder request) {
        return ImageAnswers.generated(server.channel(), request.build());
    }

    private static GenerateImageRequest.Builder request() {
        return GenerateImageRequest.newBuilder().setPrompt("cat on snow");
    }

    private static ControlImage.Builder control() {
        return ControlImage.newBuilder().setImage(PICTURE).setKind(ControlKind.CONTROL_KIND_CANNY);
    }
}
