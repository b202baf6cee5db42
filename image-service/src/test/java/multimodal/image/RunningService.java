package multimodal.image;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.util.Map;
import multimodal.image.testing.ShippedModel;

/** The service as it is packaged, on free ports, with the models that ship. */
public final class RunningService implements QuarkusTestProfile {

    /** Where the port of the running service stands. */
    static final String PORT = "quarkus.grpc.server.test-port";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                PORT,
                Integer.toString(freePort()),
                "quarkus.http.test-port",
                "0",
                "inference.repository",
                ShippedModel.repository().toString());
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
