package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Image;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.DrawnUnClip;
import multimodal.image.testing.Pictures;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.VaryImageRequest;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.testing.Fuzz;
import multimodal.testing.RandomMessages;
import org.junit.jupiter.api.Test;

/** Whatever a client asks for, it is options within their ranges or a refusal that is promised. */
class RequestsFuzzTest {

    private static final Image PICTURE = Pictures.black(32, 32);

    /** Of the drawn model, whatever is asked for. */
    private static final UnClipModels VARIED = (model, base, context, onLoading) -> new DrawnUnClip("drawn").use();

    @Test
    void aPictureIsOptionsOrRefused() {
        DiffusionModel model = DiffusionModel.of(DrawnModel.versatile());
        RandomMessages<GenerateImageRequest> requests = new RandomMessages<>(GenerateImageRequest.newBuilder()
                .setPrompt("a cat")
                .setInitImage(PICTURE)
                .setMask(PICTURE)
                .addControlImages(ControlImage.newBuilder().setImage(PICTURE).setKind(ControlKind.CONTROL_KIND_CANNY))
                .build());

        Fuzz.run(requests, request -> {
            try {
                Services.parse(request, model, Services.UNCONTROLLED, VARIED);
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            } catch (InferenceException refused) {
                assertThat(refused.kind()).isIn(ErrorKind.NOT_FOUND, ErrorKind.INVALID_INPUT);
            }
        });
    }

    @Test
    void variationsAreOptionsOrRefused() {
        DiffusionModel model = DiffusionModel.of(new DrawnModel(true));
        RandomMessages<VaryImageRequest> requests = new RandomMessages<>(
                VaryImageRequest.newBuilder().setImage(PICTURE).setSteps(3).build());

        Fuzz.run(requests, request -> {
            try {
                Services.parse(request, model, VARIED);
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            }
        });
    }

    @Test
    void edgesAreOptionsOrRefused() {
        RandomMessages<DetectEdgesRequest> requests = new RandomMessages<>(
                DetectEdgesRequest.newBuilder().setImage(PICTURE).build());

        Fuzz.run(requests, request -> EdgeRequests.options(request, new Violations()));
    }
}
