package multimodal.common.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import multimodal.common.rpc.BusyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CallExecutorTest {
    private final AtomicLong clock = new AtomicLong();
    private final CallExecutor executor = new CallExecutor("call", 1, 9, clock::get);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void end() {
        release.countDown();
        executor.close();
    }

    @Test
    void aRefusalTellsWhenThoseThatWaitNowWillHaveBegun() {
        executor.execute(() -> clock.addAndGet(Duration.ofSeconds(3).toNanos()));

        assertThat(fill().retryDelay()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void aRefusalBeforeAnyCallHasEndedHasADelayToo() {
        assertThat(fill().retryDelay()).isEqualTo(Duration.ofSeconds(1));
    }

    /** The refusal of the first call for which there is no room: one runs, nine wait. */
    private BusyException fill() {
        CountDownLatch running = new CountDownLatch(1);
        executor.execute(() -> {
            running.countDown();
            awaitRelease();
        });
        await(running);
        for (int waiting = 0; waiting < 9; waiting++) {
            executor.execute(this::awaitRelease);
        }
        return catchThrowableOfType(BusyException.class, () -> executor.execute(this::awaitRelease));
    }

    private void awaitRelease() {
        await(release);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
