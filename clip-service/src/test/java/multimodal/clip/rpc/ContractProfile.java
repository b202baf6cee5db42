package multimodal.clip.rpc;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Map;

/** The service on free ports, without models of its own. */
public final class ContractProfile implements QuarkusTestProfile {

    /** Where the port of the running service stands. */
    static final String PORT = "quarkus.grpc.server.test-port";

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            return Map.of(
                    PORT,
                    String.valueOf(freePort()),
                    "quarkus.http.test-port",
                    "0",
                    "inference.repository",
                    Files.createTempDirectory("no-models").toString(),
                    "clip.index.directory",
                    Files.createTempDirectory("image-index").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
