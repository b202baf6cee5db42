package multimodal.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class HealthWatchTest {
    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension();

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    @BeforeEach
    void start() {
        new HealthWatch(gateway.channels().channel("image"), ImageServiceGrpc.SERVICE_NAME, gateway.state(), timer)
                .start();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void theHealthOfAServiceBelowIsToldHere() throws Exception {
        awaitServing(true);

        gateway.fleet().imageState.set(ImageServiceGrpc.SERVICE_NAME, false);
        awaitServing(false);

        gateway.fleet().imageState.set(ImageServiceGrpc.SERVICE_NAME, true);
        awaitServing(true);
    }

    @Test
    void aServiceThatDiesAndComesBackIsFollowed() throws Exception {
        awaitServing(true);

        gateway.fleet().killImage();
        awaitServing(false);

        gateway.fleet().restartImage();
        awaitServing(true);
    }

    private void awaitServing(boolean expected) throws Exception {
        Eventually.until(
                () -> gateway.state().isServing(ImageServiceGrpc.SERVICE_NAME).orElseThrow() == expected);
        assertThat(gateway.state().isServing(ImageServiceGrpc.SERVICE_NAME)).contains(expected);
    }
}
