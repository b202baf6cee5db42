package multimodal.gateway.client;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.gateway.testing.Eventually;
import multimodal.gateway.testing.FakeFleet;
import multimodal.gateway.testing.GatewayExtension;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class ServiceChannelsTest {
    @RegisterExtension
    final GatewayExtension gateway = new GatewayExtension(2);

    private final AtomicBoolean isServing = new AtomicBoolean();

    @BeforeEach
    void watch() throws Exception {
        gateway.channels().watch(ImageServiceGrpc.SERVICE_NAME, isServing::set);
        Eventually.until(isServing::get);
    }

    @Test
    void aServiceServesWhileOneOfItsInstancesDoes() throws Exception {
        List<FakeFleet> fleets = gateway.fleets();
        fleets.get(0).imageState.set(ImageServiceGrpc.SERVICE_NAME, false);
        fleets.get(1).imageState.set(ImageServiceGrpc.SERVICE_NAME, false);
        Eventually.until(() -> !isServing.get());

        fleets.get(1).imageState.set(ImageServiceGrpc.SERVICE_NAME, true);
        Eventually.until(isServing::get);
    }

    @Test
    void aServiceThatDiesAndComesBackIsFollowed() throws Exception {
        for (FakeFleet fleet : gateway.fleets()) {
            fleet.killImage();
        }
        Eventually.until(() -> !isServing.get());

        gateway.fleet().restartImage();
        Eventually.until(isServing::get);
    }
}
