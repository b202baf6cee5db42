package multimodal.common.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.Durations;
import com.google.rpc.BadRequest;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class StatusesTest {
    @Test
    void exhaustedSaysWhenToComeBack() {
        StatusRuntimeException error = Statuses.exhausted("full", Duration.ofMillis(250));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(Statuses.detail(error, RetryInfo.class).orElseThrow().getRetryDelay())
                .isEqualTo(Durations.fromMillis(250));
        assertThat(Statuses.detail(error, BadRequest.class)).isEmpty();
    }

    @Test
    void whoIsBusySaysWhenToComeBack() {
        StatusRuntimeException error = Statuses.of(new BusyException("full", Duration.ofMillis(250)));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        assertThat(error.getStatus().getDescription()).isEqualTo("full");
        assertThat(Statuses.detail(error, RetryInfo.class).orElseThrow().getRetryDelay())
                .isEqualTo(Durations.fromMillis(250));
    }

    @Test
    void aStatusStaysWhatItIs() {
        StatusRuntimeException error = Statuses.exhausted("full", Duration.ofSeconds(1));

        assertThat(Statuses.of(error)).isSameAs(error);
        assertThat(Statuses.of(Status.ABORTED.asException()).getStatus().getCode())
                .isEqualTo(Status.Code.ABORTED);
    }

    @Test
    void theTextOfAnyOtherErrorIsHidden() {
        StatusRuntimeException error = Statuses.of(new IllegalStateException("secret"));

        assertThat(error.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(error.getStatus().getDescription()).matches("internal error [0-9a-f-]{36}");
    }
}
