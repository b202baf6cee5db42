package multimodal.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * buf has nothing to say about the API: not by its rules, and not against the last release.
 *
 * <p>buf comes from npm. Where that cannot be had the tests are skipped, except in CI ({@code CI=true}), where they fail.
 */
class BufTest {
    private static final String PACKAGE = "@bufbuild/buf@1.75.0";
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path WORK = Path.of("target/buf").toAbsolutePath();
    private static Path buf;

    @BeforeAll
    static void fetchBuf() throws Exception {
        Files.createDirectories(WORK);
        Optional<Path> binary = binary();
        if (binary.isEmpty()) {
            run(WORK, "npm", "install", "--prefix", WORK.toString(), "--no-save", "--ignore-scripts", PACKAGE);
            binary = binary();
        }
        boolean mustRun = "true".equals(System.getenv("CI"));
        assumeTrue(mustRun || binary.isPresent(), "skipped: buf cannot be had from npm here");
        buf = binary.orElseThrow(() -> new IllegalStateException("buf cannot be had from npm, and CI=true wants it"));
    }

    @Test
    void lintFindsNothing() throws Exception {
        assertThat(run(ROOT, buf.toString(), "lint")).isEqualTo(new Outcome(0, ""));
    }

    @Test
    void formatChangesNothing() throws Exception {
        assertThat(run(ROOT, buf.toString(), "format", "--diff", "--exit-code")).isEqualTo(new Outcome(0, ""));
    }

    @Test
    void nothingBreaksAgainstTheLastRelease() throws Exception {
        Optional<String> baseline = baseline();
        assumeTrue(baseline.isPresent(), "skipped: there is no release yet to compare with");
        String archive = WORK.resolve("baseline.zip").toString();
        Outcome archived =
                run(ROOT, "git", "archive", "-o", archive, baseline.get(), "buf.yaml", "proto/src/main/proto");
        assertThat(archived).isEqualTo(new Outcome(0, ""));

        assertThat(run(ROOT, buf.toString(), "breaking", "--against", archive)).isEqualTo(new Outcome(0, ""));
    }

    /** The last release tag; before the first one, what the remote's main branch has. */
    private static Optional<String> baseline() throws Exception {
        Outcome tag = run(ROOT, "git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*");
        if (tag.code() == 0) {
            return Optional.of(tag.output().strip());
        }
        Outcome main = run(ROOT, "git", "cat-file", "-e", "origin/main:buf.yaml");
        return main.code() == 0 ? Optional.of("origin/main") : Optional.empty();
    }

    private static Optional<Path> binary() throws IOException {
        Path packages = WORK.resolve("node_modules/@bufbuild");
        if (!Files.isDirectory(packages)) {
            return Optional.empty();
        }
        try (Stream<Path> folders = Files.list(packages)) {
            return folders.filter(folder -> folder.getFileName().toString().startsWith("buf-"))
                    .flatMap(folder -> Stream.of(folder.resolve("bin/buf"), folder.resolve("bin/buf.exe")))
                    .filter(Files::isRegularFile)
                    .findFirst();
        }
    }

    private static Outcome run(Path folder, String... command) throws InterruptedException, IOException {
        Path output = Files.createTempFile(WORK, "run", ".log");
        try {
            int code = new ProcessBuilder(List.of(command))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            return new Outcome(code, Files.readString(output));
        } catch (IOException e) {
            return new Outcome(127, e.getMessage());
        } finally {
            Files.delete(output);
        }
    }

    private record Outcome(int code, String output) {}
}
