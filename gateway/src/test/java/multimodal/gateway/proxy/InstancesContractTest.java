package multimodal.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeFleet;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.gateway.testing.RecordingClient;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two instances of each service: a caller of the gateway notices nothing of one that comes and goes. */
@Timeout(60)
class InstancesContractTest {
    private static final int CALLS = 20;

    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension(2);

    private FakeFleet first;
    private FakeFleet second;

    @BeforeEach
    void bothAreConnected() throws Exception {
        first = gateway.fleets().get(0);
        second = gateway.fleets().get(1);
        Eventually.until(() -> reachedBy(CALLS, first) && reachedBy(CALLS, second));
        gateway.fleets().forEach(fleet -> fleet.image.requests.clear());
    }

    @Test
    void callsTakeTurns() throws Exception {
        call(CALLS);

        assertThat(first.image.requests).hasSize(CALLS / 2);
        assertThat(second.image.requests).hasSize(CALLS / 2);
    }

    @Test
    void anInstanceThatDoesNotServeGetsNoCallsUntilItDoes() throws Exception {
        first.imageState.set(ImageServiceGrpc.SERVICE_NAME, false);
        Eventually.until(() -> !reachedBy(2, first));

        assertThat(reachedBy(CALLS, first)).isFalse();

        first.imageState.set(ImageServiceGrpc.SERVICE_NAME, true);
        Eventually.until(() -> reachedBy(2, first));
    }

    @Test
    void anInstanceThatDiesIsDoneWithoutUntilItIsBack() throws Exception {
        first.killImage();
        call(CALLS);

        first.restartImage();
        Eventually.until(() -> reachedBy(2, first));
    }

    @Test
    void aCallThatIsRefusedBeforeItsAnswerBeginsIsMadeAgain() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.failures.add(unavailable()));

        List<GenerateImageResponse> messages = call();

        assertThat(messages).filteredOn(GenerateImageResponse::hasResult).hasSize(1);
        assertThat(requestCount()).isEqualTo(3);
    }

    @Test
    void aCallWhoseAnswerHasBegunIsNotMadeAgain() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.lateFailures.add(unavailable()));
        RecordingClient<GenerateImageRequest, GenerateImageResponse> client = RecordingClient.eager();

        ImageServiceGrpc.newStub(gateway.channel()).generateImage(GenerateImageRequest.getDefaultInstance(), client);

        assertThat(client.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(client.end().getDescription()).isEqualTo("stopped");
        assertThat(client.rest()).singleElement().matches(GenerateImageResponse::hasProgress);
        assertThat(requestCount()).isEqualTo(1);
    }

    @Test
    void anErrorThatIsNoOutageIsTold() throws Exception {
        gateway.fleets().forEach(fleet -> fleet.image.failures.add(Status.RESOURCE_EXHAUSTED.asRuntimeException()));
        RecordingClient<GenerateImageRequest, GenerateImageResponse> client = RecordingClient.eager();

        ImageServiceGrpc.newStub(gateway.channel()).generateImage(GenerateImageRequest.getDefaultInstance(), client);

        assertThat(client.end().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(requestCount()).isEqualTo(1);
    }

    private static StatusRuntimeException unavailable() {
        return Status.UNAVAILABLE.withDescription("stopped").asRuntimeException();
    }

    private int requestCount() {
        return first.image.requests.size() + second.image.requests.size();
    }

    /** Whether any of {@code count} calls, which must succeed, comes to {@code fleet}. */
    private boolean reachedBy(int count, FakeFleet fleet) throws Exception {
        int before = fleet.image.requests.size();
        call(count);
        return fleet.image.requests.size() > before;
    }

    private void call(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            call();
        }
    }

    private List<GenerateImageResponse> call() throws Exception {
        RecordingClient<GenerateImageRequest, GenerateImageResponse> client = RecordingClient.eager();
        ImageServiceGrpc.newStub(gateway.channel()).generateImage(GenerateImageRequest.getDefaultInstance(), client);
        assertThat(client.end()).isEqualTo(Status.OK);
        return client.rest();
    }
}
