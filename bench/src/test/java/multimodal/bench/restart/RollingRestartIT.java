package multimodal.bench.restart;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every process of the packaged fleet is restarted once while calls of all shapes run. */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class RollingRestartIT {

    private static final int CALLS = 300;
    private static final int CLIENTS = 3;
    private static final int DRAIN_SECONDS = 120;
    private static final long SETTLE_MILLIS = 3000;

    @Test
    void noCallFailsOrLosesOrDoublesAResult() throws Exception {
        Path root = Path.of(System.getProperty("fleet.root"));
        Path directory = Files.createTempDirectory(
                Files.createDirectories(Path.of("target").toAbsolutePath()), "restart");
        try (ReplicatedFleet fleet = new ReplicatedFleet(root, directory, DRAIN_SECONDS)) {
            fleet.start();

            RollingRestart.Result result =
                    new RollingRestart(CLIENTS, CALLS, SETTLE_MILLIS).run(fleet, System.out::println);

            assertThat(result.tally().failures()).isEmpty();
            assertThat(result.tally().calls()).isGreaterThanOrEqualTo(CALLS);
            assertThat(result.restarts())
                    .isGreaterThanOrEqualTo(fleet.processes().size());
        }
    }
}
