package multimodal.bench.restart;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import multimodal.clip.v1.ClipServiceGrpc;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.ImageServiceGrpc;

/** Two gateways over two instances of image-service and of clip-service, on free ports of loopback. */
final class ReplicatedFleet implements AutoCloseable {

    private static final int INSTANCES = 2;
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;
    private static final List<String> IMAGE = List.of(ImageServiceGrpc.SERVICE_NAME);
    private static final List<String> CLIP =
            List.of(ClipServiceGrpc.SERVICE_NAME, VisionLanguageServiceGrpc.SERVICE_NAME);
    private static final List<String> GATEWAY = Stream.of(List.of(WorkflowServiceGrpc.SERVICE_NAME), IMAGE, CLIP)
            .flatMap(List::stream)
            .toList();

    private final Path root;
    private final Path directory;
    private final Map<String, String> settings;
    private final List<ServiceProcess> images = new ArrayList<>();
    private final List<ServiceProcess> clips = new ArrayList<>();
    private final List<ServiceProcess> gateways = new ArrayList<>();
    private int nextPort = FIRST_PORT + (int) (ProcessHandle.current().pid() % (LAST_PORT - FIRST_PORT));

    /**
     * A fleet that does not run yet.
     *
     * @param root of the checkout, whose programs it runs
     * @param directory for logs and unpacked natives
     * @param drainSeconds that a process gives its running calls when it stops
     */
    ReplicatedFleet(Path root, Path directory, int drainSeconds) throws IOException {
        this.root = root;
        this.directory = directory;
        this.settings = Map.of(
                "inference.threads",
                "1",
                "inference.repository",
                root.resolve("models/repository").toString(),
                "fleet.drain.timeout",
                drainSeconds + "S");
        for (int i = 0; i < INSTANCES; i++) {
            images.add(process("image-service", IMAGE, settings));
            clips.add(process("clip-service", CLIP, settings));
        }
        Map<String, String> gatewaySettings = new HashMap<>(settings);
        gatewaySettings.put("gateway.services.image.addresses", addresses(images));
        gatewaySettings.put("gateway.services.clip.addresses", addresses(clips));
        for (int i = 0; i < INSTANCES; i++) {
            gateways.add(process("gateway", GATEWAY, gatewaySettings));
        }
    }

    private ServiceProcess process(String module, List<String> grpcServices, Map<String, String> settings)
            throws IOException {
        return new ServiceProcess(root, module, freePorts(), settings, grpcServices, directory);
    }

    /** Starts all processes and waits until they serve. */
    void start() throws IOException, InterruptedException {
        for (ServiceProcess process : processes()) {
            process.start();
        }
        for (ServiceProcess process : processes()) {
            process.awaitServing();
        }
    }

    /** In the order in which they are restarted: one of each kind, then the other. */
    List<ServiceProcess> processes() {
        return IntStream.range(0, INSTANCES)
                .boxed()
                .flatMap(i -> Stream.of(images.get(i), clips.get(i), gateways.get(i)))
                .toList();
    }

    /** {@code host:port} of the gateways. */
    List<String> gatewayAddresses() {
        return gateways.stream().map(ServiceProcess::address).toList();
    }

    @Override
    public void close() {
        processes().forEach(ServiceProcess::close);
    }

    private static String addresses(List<ServiceProcess> processes) {
        return processes.stream().map(ServiceProcess::address).collect(Collectors.joining(","));
    }

    /** The first of two free ports that the system does not hand out of its own accord, since they are bound again later. */
    private int freePorts() throws IOException {
        for (int tries = 0; tries < LAST_PORT - FIRST_PORT; tries++) {
            int port = nextPort;
            nextPort = port + 2 < LAST_PORT ? port + 2 : FIRST_PORT;
            if (isFree(port) && isFree(port + 1)) {
                return port;
            }
        }
        throw new IOException("no free ports from " + FIRST_PORT + " to " + LAST_PORT);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
