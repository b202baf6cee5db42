package multimodal.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.concurrent.TimeUnit;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClassifyResponse;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.CompareRequest;
import multimodal.clip.v1.EmbedRequest;
import multimodal.clip.v1.EmbedResponse;
import multimodal.common.rpc.BytesMarshaller;
import multimodal.common.rpc.Statuses;
import multimodal.common.v1.Image;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.gateway.testing.RecordingClient;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class PassThroughContractTest {
    private static final int FIFTEEN_MIB = 15 * 1024 * 1024;

    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension();

    @Test
    void aUnaryCallPasses() {
        ClassifyResponse response = clip().classify(classify(3));

        assertThat(response.getScores(0).getLabel()).isEqualTo("cat");
        assertThat(response.getScores(0).getIndex()).isEqualTo(3);
    }

    @Test
    void fifteenMebibytesPassBothWays() {
        ClassifyResponse response = clip().classify(classify(FIFTEEN_MIB));

        assertThat(response.getScores(0).getIndex()).isEqualTo(FIFTEEN_MIB);
        assertThat(response.getSerializedSize()).isGreaterThan(FIFTEEN_MIB);
    }

    @Test
    void aMessageOverTheLimitIsRefusedAndTheNextOnePasses() {
        StatusRuntimeException error = failure(() -> clip().classify(classify(17 * 1024 * 1024)));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(clip().classify(classify(1)).getScoresCount()).isEqualTo(1);
    }

    @Test
    void statusDetailsPassIntact() {
        StatusRuntimeException error = failure(() -> clip().compare(CompareRequest.getDefaultInstance()));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(error.getStatus().getDescription()).isEqualTo("rows: 0 rows (expected: 1 to 256)");
        assertThat(Statuses.detail(error, BadRequest.class)
                        .orElseThrow()
                        .getFieldViolations(0)
                        .getField())
                .isEqualTo("rows");
    }

    @Test
    void aCancelReachesTheService() throws Exception {
        RecordingClient<EmbedRequest, EmbedResponse> client = RecordingClient.eager();
        ClipServiceGrpc.newStub(gateway.channel()).embed(EmbedRequest.getDefaultInstance(), client);
        gateway.fleet().clip.waiting.take();

        client.cancel();

        gateway.fleet().clip.cancelled.get();
    }

    @Test
    void theDeadlineReachesTheService() throws Exception {
        RecordingClient<EmbedRequest, EmbedResponse> client = RecordingClient.eager();
        ClipServiceGrpc.newStub(gateway.channel())
                .withDeadlineAfter(2, TimeUnit.SECONDS)
                .embed(EmbedRequest.getDefaultInstance(), client);

        assertThat(gateway.fleet().clip.waiting.take().getDeadline().timeRemaining(TimeUnit.MILLISECONDS))
                .isLessThan(2000);
        assertThat(client.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        gateway.fleet().clip.cancelled.get();
    }

    @Test
    void aStreamPassesMessageByMessage() throws Exception {
        RecordingClient<GenerateImageRequest, GenerateImageResponse> client = RecordingClient.eager();
        gateway.fleet().image.steps.drainPermits();
        ImageServiceGrpc.newStub(gateway.channel()).generateImage(GenerateImageRequest.getDefaultInstance(), client);

        gateway.fleet().image.steps.release();
        assertThat(client.next().getProgress().getProgress().getStep()).isEqualTo(1);
        gateway.fleet().image.steps.release();
        assertThat(client.next().getProgress().getProgress().getStep()).isEqualTo(2);
        gateway.fleet().image.steps.release(100);
        assertThat(client.end()).isEqualTo(Status.OK);
    }

    @Test
    void aClientThatStopsReadingHoldsTheServiceBack() throws Exception {
        gateway.fleet().image.previewBytes = 256 * 1024;
        RecordingClient<GenerateImageRequest, GenerateImageResponse> client = RecordingClient.stalled();
        ImageServiceGrpc.newStub(gateway.channel())
                .generateImage(GenerateImageRequest.newBuilder().setSteps(150).build(), client);
        Thread worker = gateway.fleet().image.worker.get();
        Eventually.until(() -> worker.getState() == Thread.State.TIMED_WAITING);

        assertThat(gateway.fleet().image.stepsSent.get()).isLessThan(50);

        client.readOn();
        assertThat(client.end()).isEqualTo(Status.OK);
        assertThat(client.rest()).hasSize(151);
    }

    @Test
    void aServiceThatIsDownIsUnavailable() throws Exception {
        gateway.fleet().killImage();

        StatusRuntimeException error = failure(() -> ImageServiceGrpc.newBlockingStub(gateway.channel())
                .generateImage(GenerateImageRequest.getDefaultInstance())
                .hasNext());

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void whatNobodyServesIsUnimplemented() {
        assertThat(call("multimodal.image.v1.ImageService/MakeCoffee")).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(call("multimodal.audio.v1.AudioService/Transcribe")).isEqualTo(Status.Code.UNIMPLEMENTED);
        assertThat(call("other.Service/Method")).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    private Status.Code call(String method) {
        MethodDescriptor<byte[], byte[]> descriptor = MethodDescriptor.newBuilder(
                        BytesMarshaller.INSTANCE, BytesMarshaller.INSTANCE)
                .setFullMethodName(method)
                .setType(MethodDescriptor.MethodType.UNARY)
                .build();
        return failure(() ->
                        ClientCalls.blockingUnaryCall(gateway.channel(), descriptor, CallOptions.DEFAULT, new byte[0]))
                .getStatus()
                .getCode();
    }

    private ClipServiceGrpc.ClipServiceBlockingStub clip() {
        return ClipServiceGrpc.newBlockingStub(gateway.channel());
    }

    private static ClassifyRequest classify(int imageBytes) {
        return ClassifyRequest.newBuilder()
                .setImage(Image.newBuilder().setData(ByteString.copyFrom(new byte[imageBytes])))
                .addLabels("cat")
                .build();
    }

    private static StatusRuntimeException failure(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(StatusRuntimeException.class, call);
    }
}
