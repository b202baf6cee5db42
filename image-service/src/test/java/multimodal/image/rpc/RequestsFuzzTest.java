package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Set;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.Image;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.testing.DrawnModel;
import multimodal.image.testing.Pictures;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.testing.Fuzz;
import multimodal.testing.RandomMessages;
import org.junit.jupiter.api.Test;

/** Whatever a client asks for, it is options within their ranges or a refusal that is promised. */
class RequestsFuzzTest {

    private static final Set<Code> REFUSALS = Set.of(Code.INVALID_ARGUMENT, Code.UNIMPLEMENTED);
    private static final Image PICTURE = Pictures.black(32, 32);

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
                ImageRequests.requireImplemented(request);
                Services.parse(request, model, Services.UNCONTROLLED);
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getCode()).isIn(REFUSALS);
            } catch (InferenceException refused) {
                assertThat(refused.kind()).isIn(ErrorKind.NOT_FOUND, ErrorKind.INVALID_INPUT);
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
