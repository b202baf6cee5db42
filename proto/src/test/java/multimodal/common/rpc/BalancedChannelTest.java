package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import grpc.health.v1.HealthGrpc;
import grpc.health.v1.HealthOuterClass.HealthCheckRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancedChannelTest {
    @ParameterizedTest
    @ValueSource(strings = {"host", "host:", ":9000", "host:99x", "dns:///host:9000"})
    void aMalformedAddressIsNamed(String address) {
        assertThatThrownBy(() -> open(List.of("localhost:9000", address)))
                .hasMessage("address: " + address + " (expected: host:port)");
    }

    @Test
    void anAddressIsNeeded() {
        assertThatThrownBy(() -> open(List.of())).hasMessage("addresses: none (expected: host:port, at least one)");
    }

    @Test
    void hostsThatNobodyKnowsAreNamed() {
        ManagedChannel channel = open(List.of("nowhere.invalid:9000", "nobody.invalid:9000"));
        try {
            StatusRuntimeException error =
                    catchThrowableOfType(StatusRuntimeException.class, () -> HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.getDefaultInstance()));

            assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(error.getStatus().getDescription()).contains("unknown host: nowhere.invalid, nobody.invalid");
        } finally {
            channel.shutdownNow();
        }
    }

    private static ManagedChannel open(List<String> addresses) {
        return BalancedChannel.open(addresses, Optional.empty(), 1024);
    }
}
