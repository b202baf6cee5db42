package multimodal.inference.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import multimodal.inference.batching.RequestContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** New versions take the traffic under load: no request fails, and none goes back to an older version. */
@Timeout(120)
abstract class HotSwapContract {

    private static final int CALLERS = 4;
    private static final int VERSIONS = 8;
    private static final int REQUESTS_PER_VERSION = 25;

    @TempDir
    Path root;

    private volatile int served;
    private volatile boolean isOver;

    /** A registry over {@link #root} that has taken on what is there. */
    abstract ModelRegistry open();

    /** Adds a version of the model. */
    abstract void write(int version);

    /** The name of the model. */
    abstract String name();

    /** One request; answers the version that served it. */
    abstract int ask(ModelRegistry registry);

    @Test
    void noRequestFailsWhileVersionsChange() throws Exception {
        write(1);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try (ModelRegistry registry = open()) {
            Callable<Integer> caller = () -> askUntilTheEnd(registry);
            List<Future<Integer>> asking =
                    Stream.generate(() -> callers.submit(caller)).limit(CALLERS).toList();
            for (int version = 2; version <= VERSIONS; version++) {
                awaitRequests(asking);
                write(version);
                registry.load(name(), Optional.empty(), true, RequestContext.detached());
            }
            awaitRequests(asking);
            isOver = true;

            for (Future<Integer> last : asking) {
                assertThat(last.get()).isEqualTo(VERSIONS);
            }
            registry.unload(name(), Optional.empty(), RequestContext.detached());
            assertThat(registry.statuses()).extracting(ModelStatus::state).containsOnly(ModelState.CLOSED);
        } finally {
            callers.shutdownNow();
        }
    }

    /** Answers the version that serves after the last change. */
    private int askUntilTheEnd(ModelRegistry registry) {
        int last = 0;
        while (!isOver) {
            int version = ask(registry);
            assertThat(version).isGreaterThanOrEqualTo(last);
            last = version;
            countRequest();
        }
        return ask(registry);
    }

    private synchronized void countRequest() {
        served++;
    }

    private void awaitRequests(List<Future<Integer>> asking) {
        int enough = served + REQUESTS_PER_VERSION;
        while (served < enough && asking.stream().noneMatch(Future::isDone)) {
            Thread.onSpinWait();
        }
    }
}
