package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse;
import grpc.health.v1.HealthOuterClass.HealthCheckResponse.ServingStatus;
import java.util.Iterator;
import java.util.Set;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthGrpcServiceTest {
    private final ServingState state = new ServingState(() -> Set.of("a.A", "b.B", HealthGrpc.SERVICE_NAME));
    private LoopbackServer server;

    @BeforeEach
    void start() throws Exception {
        server = new LoopbackServer(new HealthGrpcService(state));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void nothingServesBeforeItSaysSo() {
        assertThat(check("a.A")).isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void theWholeServesWhenEachServiceDoes() {
        state.set("a.A", true);
        assertThat(check("a.A")).isEqualTo(ServingStatus.SERVING);
        assertThat(check("")).isEqualTo(ServingStatus.NOT_SERVING);

        state.set("b.B", true);
        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
    }

    @Test
    void aServiceBelowDoesNotCountForTheWhole() {
        state.set("a.A", true);
        state.set("b.B", true);
        state.set("below.C", false);

        assertThat(check("")).isEqualTo(ServingStatus.SERVING);
        assertThat(check("below.C")).isEqualTo(ServingStatus.NOT_SERVING);
    }

    @Test
    void anUnknownNameIsNotFound() {
        assertThatThrownBy(() -> check("x.X")).hasMessage("NOT_FOUND: unknown service: x.X");
    }

    @Test
    void aWatcherIsToldEachChange() {
        Iterator<HealthCheckResponse> changes =
                HealthGrpc.newBlockingStub(server.channel()).watch(request("a.A"));

        assertThat(changes.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
        state.set("a.A", true);
        assertThat(changes.next().getStatus()).isEqualTo(ServingStatus.SERVING);
        state.drain();
        assertThat(changes.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    }

    private ServingStatus check(String service) {
        return HealthGrpc.newBlockingStub(server.channel())
                .check(request(service))
                .getStatus();
    }

    private static HealthCheckRequest request(String service) {
        return HealthCheckRequest.newBuilder().setService(service).build();
    }
}
