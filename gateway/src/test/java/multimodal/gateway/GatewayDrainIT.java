package multimodal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Struct;
import com.google.protobuf.util.Values;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeFleet;
import multimodal.gateway.testing.RecordingClient;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.PortRef;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowEdge;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The packaged gateway, told to stop while calls run. */
@Timeout(180)
class GatewayDrainIT {
    private static final Path JAR = Path.of("target/quarkus-app/quarkus-run.jar");

    private final FakeFleet fleet = new FakeFleet();
    private Process gateway;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        int port = freePort();
        gateway = new ProcessBuilder(List.of(
                        "java",
                        "-Xmx256m",
                        "-Dquarkus.http.port=0",
                        "-Dquarkus.http.host=localhost",
                        "-Dquarkus.grpc.server.host=localhost",
                        "-Dquarkus.grpc.server.port=" + port,
                        "-Dgateway.services.image.addresses=" + fleet.imageAddress(),
                        "-Dgateway.services.clip.addresses=" + fleet.clipAddress(),
                        "-jar",
                        JAR.toString()))
                .inheritIO()
                .start();
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
        Eventually.until(() -> health() == ServingStatus.SERVING);
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow();
        gateway.destroyForcibly().waitFor();
        fleet.close();
    }

    @Test
    void callsInFlightFinishAndNewOnesAreRefused() throws Exception {
        fleet.image.steps.drainPermits();
        fleet.image.steps.release(2);
        RecordingClient<TextToImageToTextRequest, WorkflowEvent> workflow = RecordingClient.eager();
        WorkflowServiceGrpc.newStub(channel)
                .textToImageToText(
                        TextToImageToTextRequest.newBuilder()
                                .setPrompt("a castle")
                                .build(),
                        workflow);
        RecordingClient<RunWorkflowRequest, WorkflowEvent> graph = RecordingClient.eager();
        WorkflowServiceGrpc.newStub(channel)
                .runWorkflow(
                        RunWorkflowRequest.newBuilder()
                                .setWorkflow(paintAndDescribe())
                                .build(),
                        graph);
        RecordingClient<GenerateImageRequest, GenerateImageResponse> passed = RecordingClient.eager();
        ImageServiceGrpc.newStub(channel).generateImage(GenerateImageRequest.getDefaultInstance(), passed);
        Eventually.until(() -> fleet.image.requests.size() == 3);

        gateway.destroy();
        Eventually.until(() -> health() == ServingStatus.NOT_SERVING);
        Eventually.until(() -> newCall() == Status.Code.UNAVAILABLE);
        assertThat(gateway.isAlive()).isTrue();

        fleet.image.steps.release(100);
        assertThat(workflow.end()).isEqualTo(Status.OK);
        assertThat(graph.end()).isEqualTo(Status.OK);
        assertThat(passed.end()).isEqualTo(Status.OK);
        // Both graphs have called their second node after the gateway was told to stop.
        assertThat(fleet.visionLanguage.captionRequests).hasSize(2);
        gateway.waitFor();
    }

    /** A graph of a user's, whose second node is still to come when the first one ends. */
    private static Workflow paintAndDescribe() {
        return Workflow.newBuilder()
                .setName("PaintAndDescribe")
                .addNodes(WorkflowNode.newBuilder()
                        .setId("paint")
                        .setMethod("multimodal.image.v1.ImageService/GenerateImage")
                        .setSettings(Struct.newBuilder().putFields("prompt", Values.of("a dog"))))
                .addNodes(WorkflowNode.newBuilder()
                        .setId("describe")
                        .setMethod("multimodal.clip.v1.VisionLanguageService/CaptionImage"))
                .addEdges(WorkflowEdge.newBuilder()
                        .setSource(PortRef.newBuilder().setNode("paint").setPort("image"))
                        .setTarget(PortRef.newBuilder().setNode("describe").setPort("image")))
                .build();
    }

    private Status.Code newCall() {
        StatusRuntimeException refused =
                catchThrowableOfType(StatusRuntimeException.class, () -> WorkflowServiceGrpc.newBlockingStub(channel)
                        .listWorkflows(ListWorkflowsRequest.getDefaultInstance()));
        return refused == null ? Status.Code.OK : refused.getStatus().getCode();
    }

    private ServingStatus health() {
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } catch (StatusRuntimeException e) {
            return ServingStatus.UNKNOWN;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
