package multimodal.client.fleet;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The packaged fleet, started with the script {@code fleet} on free ports of loopback. */
final class RunningFleet implements AutoCloseable {

    private static final Path ROOT = Path.of(System.getProperty("fleet.root"));
    private static final List<String> SERVICES = List.of("image-service", "clip-service", "gateway");
    private static final List<Integer> PORT_OFFSETS = List.of(0, 1, 4, 100, 101, 104);
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 32_000;

    private final Path directory;
    private final int portBase;
    private final Map<String, String> environment;

    private RunningFleet(Path directory, int portBase, Map<String, String> environment) {
        this.directory = directory;
        this.portBase = portBase;
        this.environment = environment;
    }

    /** Starts a fleet that keeps its logs, pids and spans in {@code directory}, and returns when it serves. */
    static RunningFleet start(Path directory) throws IOException, InterruptedException {
        return start(directory, Map.of(), "up", "--no-build", "--spans");
    }

    /** As {@link #start(Path)}, configured by {@code environment}, also where the spans go. */
    static RunningFleet start(Path directory, Map<String, String> environment)
            throws IOException, InterruptedException {
        return start(directory, environment, "up", "--no-build");
    }

    private static RunningFleet start(Path directory, Map<String, String> environment, String... up)
            throws IOException, InterruptedException {
        for (String service : SERVICES) {
            Path program = ROOT.resolve(service).resolve("target/quarkus-app/quarkus-run.jar");
            if (!Files.exists(program)) {
                throw new IllegalStateException(
                        "%s is missing; \"mvn verify\" in the root of the checkout packages the services first"
                                .formatted(program));
            }
        }
        RunningFleet fleet = new RunningFleet(directory, freePortBase(), environment);
        fleet.run(up);
        return fleet;
    }

    /** Runs {@code ./fleet} with {@code arguments} on this fleet and returns what it wrote. */
    String run(String... arguments) throws IOException, InterruptedException {
        Path output = Files.createTempFile(directory, "fleet", ".out");
        ProcessBuilder script = script(directory, portBase, arguments).redirectOutput(output.toFile());
        script.environment().putAll(environment);
        int exitCode = script.start().waitFor();
        String written = Files.readString(output);
        if (exitCode != 0) {
            throw new IllegalStateException("fleet %s: exit %d%n%s".formatted(List.of(arguments), exitCode, written));
        }
        return written;
    }

    /** {@code ./fleet} with {@code arguments}, its errors among its output, over ports from {@code portBase} on. */
    static ProcessBuilder script(Path directory, int portBase, String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(ROOT.resolve("fleet").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("FLEET_DIR", directory.toString());
        builder.environment().put("FLEET_PORT_BASE", Integer.toString(portBase));
        String repository = System.getProperty("inference.repository");
        if (repository != null) {
            builder.environment().put("INFERENCE_REPOSITORY", repository);
        }
        return builder.redirectErrorStream(true);
    }

    String gateway() {
        return "localhost:" + portBase;
    }

    String imageService() {
        return "localhost:" + (portBase + 1);
    }

    String clipService() {
        return "localhost:" + (portBase + 4);
    }

    /** Address of image-service's metrics. */
    String imageMetrics() {
        return "http://localhost:" + (portBase + 101) + "/q/metrics";
    }

    /** Address of clip-service's metrics. */
    String clipMetrics() {
        return "http://localhost:" + (portBase + 104) + "/q/metrics";
    }

    /** Where logs, pids and spans are. */
    Path directory() {
        return directory;
    }

    /** Ends a process without asking it. */
    void kill(String service) throws IOException {
        ProcessHandle process = process(service);
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Ends a process without asking it, and starts it again as it was; does not wait until it serves. */
    void killAndStart(String service) throws IOException {
        ProcessHandle process = process(service);
        List<String> command = new ArrayList<>(List.of(process.info().command().orElseThrow()));
        command.addAll(List.of(process.info().arguments().orElseThrow()));
        kill(service);
        ProcessBuilder again = new ProcessBuilder(command).redirectErrorStream(true);
        again.redirectOutput(ProcessBuilder.Redirect.appendTo(
                directory.resolve(service + ".log").toFile()));
        again.environment().put("OPT_OUT_TRACKING", "true");
        again.environment().put("DJL_CACHE_DIR", directory.resolve("cache").toString());
        long pid = again.start().pid();
        Path list = directory.resolve("processes");
        Files.writeString(list, Files.readString(list).replace(" " + process.pid() + "\n", " " + pid + "\n"));
    }

    private ProcessHandle process(String service) throws IOException {
        long pid = Files.readAllLines(directory.resolve("processes")).stream()
                .map(line -> line.split(" "))
                .filter(words -> words[0].equals(service))
                .mapToLong(words -> Long.parseLong(words[3]))
                .findFirst()
                .orElseThrow();
        return ProcessHandle.of(pid).orElseThrow();
    }

    @Override
    public void close() throws IOException, InterruptedException {
        run("down");
    }

    /** A base of ports that are all free. */
    static int freePortBase() {
        // Below the range from which the system hands out ports of its own accord.
        int start = FIRST_PORT + (int) (ProcessHandle.current().pid() % (LAST_PORT - FIRST_PORT));
        return IntStream.range(0, LAST_PORT - FIRST_PORT)
                .map(i -> FIRST_PORT + (start - FIRST_PORT + 7 * i) % (LAST_PORT - FIRST_PORT))
                .filter(base -> PORT_OFFSETS.stream().allMatch(offset -> isFree(base + offset)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no free ports"));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
