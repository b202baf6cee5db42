package multimodal.inference.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;

class RequestContextsTest {

    @Test
    void callWithoutADeadlineHasNone() throws Exception {
        RequestContext context = Context.ROOT.call(() -> RequestContexts.current("me"));

        assertThat(context.caller()).isEqualTo("me");
        assertThat(context.timeLeft()).isEmpty();
        assertThat(context.isLive()).isTrue();
    }

    @Test
    void deadlineOfTheCallIsKept() throws Exception {
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try (CancellableContext call = Context.ROOT.withDeadlineAfter(1, TimeUnit.HOURS, timer)) {
            RequestContext context = call.call(RequestContexts::current);

            assertThat(context.timeLeft()).hasValueSatisfying(left -> assertThat(left)
                    .isBetween(Duration.ofMinutes(59), Duration.ofHours(1)));
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void clientThatGoesAwayCancels() throws Exception {
        CancellableContext call = Context.ROOT.withCancellation();
        RequestContext context = call.call(RequestContexts::current);
        call.cancel(new CancellationException("gone"));

        assertThat(context.cancelled().getAsBoolean()).isTrue();
        assertThat(context.isLive()).isFalse();
    }

    @Test
    void passedDeadlineIsNotToldAsACancel() throws Exception {
        CancellableContext call = Context.ROOT.withCancellation();
        RequestContext context = call.call(RequestContexts::current);
        call.cancel(new TimeoutException("context timed out"));

        assertThat(context.cancelled().getAsBoolean()).isFalse();
    }
}
