package multimodal.bench.restart;

import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import multimodal.bench.Health;

/** An instance of a packaged service, which can be stopped and started again at its address. */
final class ServiceProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofMinutes(10);
    private static final Duration STOP_LIMIT = Duration.ofMinutes(5);
    private static final long BETWEEN_CHECKS_MILLIS = 100;

    private final String name;
    private final List<String> command;
    private final List<String> grpcServices;
    private final int port;
    private final Path log;
    private Process process;

    /**
     * An instance that does not run yet.
     *
     * @param root of the checkout
     * @param module whose program it is
     * @param port for gRPC; the next one is for HTTP
     * @param settings configuration beside the ports
     * @param grpcServices that it serves when it is ready
     * @param directory for its log and for the natives that it unpacks
     */
    ServiceProcess(
            Path root, String module, int port, Map<String, String> settings, List<String> grpcServices, Path directory)
            throws IOException {
        Path program = root.resolve(module).resolve("target/quarkus-app/quarkus-run.jar");
        if (!Files.exists(program)) {
            throw new IOException(program + ": missing (run `mvn package -DskipTests` first)");
        }
        this.name = module + ":" + port;
        this.port = port;
        this.grpcServices = grpcServices;
        this.log = directory.resolve(module + "-" + port + ".log");
        this.command = command(program, settings, port, directory);
    }

    private static List<String> command(Path program, Map<String, String> settings, int port, Path directory) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-Dquarkus.grpc.server.host=127.0.0.1",
                "-Dquarkus.grpc.server.port=" + port,
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + (port + 1),
                "-Dai.djl.offline=true",
                "-Dai.djl.onnx.disable_alternative=true",
                "-DDJL_CACHE_DIR=" + directory.resolve("cache")));
        settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
        command.addAll(List.of("-jar", program.toString()));
        return command;
    }

    /** {@code module:port}. */
    String name() {
        return name;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    void start() throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().put("OPT_OUT_TRACKING", "true");
        process = builder.start();
    }

    /** Asks the process to stop (SIGTERM) and waits until it has drained and ended. */
    void stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(name + " does not stop; its log is " + log);
        }
    }

    /** Waits until it serves. */
    void awaitServing() throws IOException, InterruptedException {
        ManagedChannel channel =
                ManagedChannelBuilder.forTarget(address()).usePlaintext().build();
        long end = System.nanoTime() + START_LIMIT.toNanos();
        try {
            for (String grpcService : grpcServices) {
                while (!Health.isServing(channel, grpcService)) {
                    if (!process.isAlive() || System.nanoTime() > end) {
                        throw new IOException(name + " does not serve " + grpcService + "; its log is " + log);
                    }
                    channel.resetConnectBackoff();
                    Thread.sleep(BETWEEN_CHECKS_MILLIS);
                }
            }
        } finally {
            channel.shutdownNow();
        }
    }

    /** Ends it without asking. */
    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
