package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.List;
import multimodal.common.rpc.NumberRanges;
import multimodal.common.rpc.Statuses;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.Image;
import multimodal.image.testing.Pictures;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.DetectEdgesResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.error.InferenceException;
import multimodal.media.Picture;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code DetectEdges} promises, over a real socket, with no model behind it. */
@Timeout(60)
class DetectEdgesContractTest {

    private final CallExecutor executor = new CallExecutor("call", 2, 2);
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        ImageGrpcService service = Services.create(executor, (model, context, onLoading) -> {
            throw InferenceException.notFound("model.name", model.getName(), "no model here");
        });
        server = new LoopbackServer(service);
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.close();
        executor.close();
    }

    @Test
    void theEdgesAreOpenCvsAndTheSettingsThoseOfTheRequest() {
        DetectEdgesResponse response = detect(request()
                .setLowThreshold(20.5f)
                .setHighThreshold(60.25f)
                .setApertureSize(3)
                .setL2Gradient(true));
        assertThat(picture(response)).usingRecursiveComparison().isEqualTo(golden("castle-night_20.5_60.25_3_l2.png"));
        assertThat(response.getImage().getMediaType()).isEqualTo("image/png");
        assertThat(response.getLowThreshold()).isEqualTo(20.5f);
        assertThat(response.getHighThreshold()).isEqualTo(60.25f);
        assertThat(response.getApertureSize()).isEqualTo(3);
        assertThat(response.getL2Gradient()).isTrue();
    }

    @Test
    void withoutSettingsTheUsualOnesAreTaken() {
        DetectEdgesResponse response = detect(request());
        assertThat(picture(response)).usingRecursiveComparison().isEqualTo(golden("castle-night_100_200_3_l1.png"));
        assertThat(response.getLowThreshold()).isEqualTo(100);
        assertThat(response.getHighThreshold()).isEqualTo(200);
        assertThat(response.getApertureSize()).isEqualTo(3);
        assertThat(response.getL2Gradient()).isFalse();
    }

    @Test
    void everyFaultIsToldAtOnce() {
        assertThat(violations(DetectEdgesRequest.newBuilder()
                        .setImage(Image.newBuilder().setData(ByteString.copyFromUtf8("no picture")))
                        .setLowThreshold(Float.NaN)
                        .setHighThreshold(40_000)
                        .setApertureSize(4)))
                .containsExactly(
                        "low_threshold: NaN (expected: finite, 0 to 32767)",
                        "high_threshold: 40000.0 (expected: finite, 0 to 32767)",
                        "aperture_size: 4 (expected: 3, 5 or 7)",
                        "image.data: a file that begins with 6e 6f 20 70 69 63 74 75 (expected: PNG, JPEG or WebP)");
    }

    @Test
    void aLowerThresholdAboveTheUpperOneIsRefused() {
        assertThat(violations(request().setLowThreshold(300)))
                .containsExactly("low_threshold: 300.0 (expected: at most high_threshold, 200.0)");
    }

    @Test
    void aPictureThatIsMissingOrNotWhatItSaysIsRefused() {
        assertThat(violations(DetectEdgesRequest.newBuilder()))
                .singleElement()
                .asString()
                .startsWith("image.data: ");
        Image jpeg = request().getImage().toBuilder().setMediaType("image/jpeg").build();
        assertThat(violations(DetectEdgesRequest.newBuilder().setImage(jpeg)))
                .containsExactly("image.media_type: image/jpeg (expected: empty, or image/png as the bytes say)");
    }

    private List<String> violations(DetectEdgesRequest.Builder request) {
        StatusRuntimeException failure = catchThrowableOfType(StatusRuntimeException.class, () -> detect(request));
        assertThat(failure.getStatus().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        List<String> violations =
                Statuses.detail(failure, BadRequest.class).orElseThrow().getFieldViolationsList().stream()
                        .map(FieldViolation::getDescription)
                        .toList();
        NumberRanges.faults(request.build())
                .forEach(fault -> assertThat(violations).contains(fault.description()));
        return violations;
    }

    private DetectEdgesResponse detect(DetectEdgesRequest.Builder request) {
        return ImageServiceGrpc.newBlockingStub(server.channel()).detectEdges(request.build());
    }

    private static DetectEdgesRequest.Builder request() {
        Image image = Pictures.image(Pictures.golden("scenes/castle-night.png"));
        return DetectEdgesRequest.newBuilder().setImage(image.toBuilder().setMediaType("image/png"));
    }

    private static Picture picture(DetectEdgesResponse response) {
        return Pictures.decode(response.getImage().getData().toByteArray());
    }

    private static Picture golden(String name) {
        return Pictures.decode(Pictures.golden("edges/" + name));
    }
}
