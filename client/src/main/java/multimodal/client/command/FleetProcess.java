package multimodal.client.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A process that the script {@code fleet} has started.
 *
 * @param name of the service
 * @param port of its gRPC server on loopback
 * @param httpPort of its metrics on loopback
 * @param log its output
 */
record FleetProcess(String name, int port, int httpPort, long pid, Path log) {

    /** The name of the file in the fleet's directory that lists its processes: lines of name, ports of gRPC and HTTP, and pid. */
    static final String LIST = "processes";

    /** The processes that {@code directory} tells of; none if it has no list. */
    static List<FleetProcess> list(Path directory) throws IOException {
        Path list = directory.resolve(LIST);
        if (!Files.exists(list)) {
            return List.of();
        }
        return Files.readAllLines(list).stream()
                .map(line -> line.split(" "))
                .map(words -> new FleetProcess(
                        words[0],
                        Integer.parseInt(words[1]),
                        Integer.parseInt(words[2]),
                        Long.parseLong(words[3]),
                        directory.resolve(words[0] + ".log")))
                .toList();
    }

    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    String address() {
        return "localhost:" + port;
    }

    /** The last {@code count} lines of its log. */
    List<String> lastLogLines(int count) throws IOException {
        List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }
}
