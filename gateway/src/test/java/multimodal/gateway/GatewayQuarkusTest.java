package multimodal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Empty;
import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import multimodal.clip.v1.ClassifyRequest;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.gateway.testing.BuggyGrpcService;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeFleet;
import multimodal.gateway.testing.FreePorts;
import multimodal.gateway.testing.RecordingClient;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.ImageServiceGrpc;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What only the whole application shows: its server's settings, interceptors, traces, and the chassis at work. */
@QuarkusTest
@QuarkusTestResource(FreePorts.class)
@Timeout(120)
class GatewayQuarkusTest {
    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final String CALLER_SPAN = "00f067aa0ba902b7";

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @ConfigProperty(name = "gateway.services.image.addresses")
    String imageAddress;

    @ConfigProperty(name = "gateway.services.clip.addresses")
    String clipAddress;

    @ConfigProperty(name = "fleet.tracing.file")
    Path spanFile;

    private FakeFleet fleet;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        fleet = new FakeFleet(portOf(imageAddress), portOf(clipAddress));
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
        awaitHealth(ImageServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
        awaitHealth(ClipServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    }

    @AfterEach
    void stop() throws Exception {
        fleet.close();
        awaitHealth(ImageServiceGrpc.SERVICE_NAME, ServingStatus.NOT_SERVING);
        channel.shutdownNow();
    }

    @Test
    void ownHealthIsLocal() {
        assertThat(health(WorkflowServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);
        assertThat(catchThrowableOfType(StatusRuntimeException.class, () -> health("no.Such"))
                        .getStatus()
                        .getCode())
                .isEqualTo(Status.Code.NOT_FOUND);
    }

    @Test
    void reflectionListsTheWholeFleet() throws Exception {
        RecordingClient<ServerReflectionRequest, ServerReflectionResponse> client = RecordingClient.eager();
        StreamObserver<ServerReflectionRequest> requests =
                ServerReflectionGrpc.newStub(channel).serverReflectionInfo(client);
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        requests.onCompleted();

        assertThat(client.next().getListServicesResponse().getServiceList())
                .extracting(ServiceResponse::getName)
                .contains(
                        "multimodal.gateway.v1.WorkflowService",
                        "multimodal.image.v1.ImageService",
                        "multimodal.clip.v1.ClipService",
                        "multimodal.clip.v1.VisionLanguageService");
    }

    @Test
    void aWorkflowIsOneTraceFromTheCallerToTheServices() throws Exception {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        List<WorkflowEvent> events = new ArrayList<>();

        WorkflowServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller(trace)))
                .textToImageToText(TextToImageToTextRequest.newBuilder()
                        .setPrompt("a castle")
                        .build())
                .forEachRemaining(events::add);

        assertThat(events.get(events.size() - 1).hasWorkflowFinished()).isTrue();
        JsonObject server = span(trace, "SERVER", "TextToImageToText");
        JsonObject client = span(trace, "CLIENT", "GenerateImage");
        assertThat(server.getString("parentSpanId")).isEqualTo(CALLER_SPAN);
        assertThat(client.getString("parentSpanId")).isEqualTo(server.getString("spanId"));
        assertThat(traceparents()).hasSize(3).allSatisfy(parent -> assertThat(parent)
                .contains(trace));
        assertThat(traceparents().get(0)).contains(client.getString("spanId"));
    }

    @Test
    void aPassedThroughCallIsOneTraceToo() throws Exception {
        String trace = "1af7651916cd43dd8448eb211c80319c";

        ClipServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller(trace)))
                .classify(ClassifyRequest.newBuilder().addLabels("cat").build());

        JsonObject server = span(trace, "SERVER", "Classify");
        JsonObject client = span(trace, "CLIENT", "Classify");
        assertThat(server.getString("parentSpanId")).isEqualTo(CALLER_SPAN);
        assertThat(client.getString("parentSpanId")).isEqualTo(server.getString("spanId"));
        assertThat(traceparents()).singleElement().asString().contains(client.getString("spanId"));
    }

    @Test
    void probesLeaveNoSpans() throws Exception {
        String trace = "2af7651916cd43dd8448eb211c80319c";
        health(ImageServiceGrpc.SERVICE_NAME);

        ClipServiceGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(caller(trace)))
                .classify(ClassifyRequest.newBuilder().addLabels("cat").build());

        span(trace, "SERVER", "Classify");
        assertThat(Files.readAllLines(spanFile)).noneMatch(line -> line.contains("\"name\":\"grpc."));
    }

    @Test
    void anUncaughtExceptionShowsAnIdAndNotItsText() {
        StatusRuntimeException error = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> ClientCalls.blockingUnaryCall(
                        channel, BuggyGrpcService.THROW, CallOptions.DEFAULT, Empty.getDefaultInstance()));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(error.getStatus().getDescription()).matches("internal error [0-9a-f-]{36}");
    }

    private static Metadata caller(String trace) {
        Metadata headers = new Metadata();
        headers.put(TRACEPARENT, "00-" + trace + "-" + CALLER_SPAN + "-01");
        return headers;
    }

    /** What each call that reached a service had as its parent; one header each. */
    private List<String> traceparents() {
        List<String> all = new ArrayList<>();
        fleet.headers.forEach(headers -> headers.getAll(TRACEPARENT).forEach(all::add));
        return all;
    }

    /** Waits until the span is exported. */
    private JsonObject span(String trace, String kind, String method) throws Exception {
        Eventually.until(() -> findSpan(trace, kind, method).isPresent());
        return findSpan(trace, kind, method).orElseThrow();
    }

    private Optional<JsonObject> findSpan(String trace, String kind, String method) throws IOException {
        return Files.readAllLines(spanFile).stream()
                .map(JsonObject::new)
                .filter(span -> span.getString("traceId").equals(trace))
                .filter(span -> span.getString("kind").equals(kind))
                .filter(span -> span.getString("name").endsWith("/" + method))
                .findFirst();
    }

    private void awaitHealth(String service, ServingStatus expected) throws Exception {
        Eventually.until(() -> health(service) == expected);
    }

    private ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static int portOf(String address) {
        return Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }
}
