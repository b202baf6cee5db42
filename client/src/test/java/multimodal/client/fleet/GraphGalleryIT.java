package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import multimodal.client.testing.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each graph of {@code docs/workflows} runs by the command that stands in it, on the packaged fleet. */
@ExtendWith(SharedFleet.class)
class GraphGalleryIT {
    private static final Path ROOT = Path.of(System.getProperty("fleet.root"));
    private static final Pattern COMMAND = Pattern.compile("#   \\./fleet (.*)");
    private static final Pattern WORD = Pattern.compile("(?:[^\\s\"]|\"([^\"]*)\")+");

    @TempDir
    Path output;

    static List<Path> gallery() throws IOException {
        try (Stream<Path> files = Files.list(ROOT.resolve("docs/workflows"))) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("gallery")
    void theCommandsInAGraphRunIt(Path file, RunningFleet fleet) throws IOException {
        for (List<String> command : commands(file)) {
            CommandRun run = fleet(fleet, command);

            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        }
        assertThat(output.resolve("run.json")).content().contains("\"node\"");
    }

    @Test
    void theReadyMadeGraphsRun(RunningFleet fleet) {
        for (String name : List.of("PaintAndDescribe", "TwoPaintings")) {
            CommandRun run = fleet(fleet, List.of("run", name, "--input", "prompt=a castle"));

            assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
        }
    }

    @Test
    void aPictureIsMadeAndDescribedByCommands(RunningFleet fleet) {
        Path picture = output.resolve("castle.png");

        CommandRun image = fleet(
                fleet, List.of("image", "a castle under the night sky", "--seed", "7", "--out", picture.toString()));
        CommandRun caption = fleet(fleet, List.of("caption", picture.toString()));

        assertThat(image.exitCode()).as(image.out() + image.err()).isZero();
        assertThat(caption.out()).contains("castle");
        assertThat(fleet(fleet, List.of("ask", picture.toString(), "is there a castle in this picture?"))
                        .out())
                .containsPattern("(?m)^.+ \\(\\d{1,3} %\\)$");
        assertThat(fleet(fleet, List.of("image", "x", "--steps", "151")).err())
                .isEqualToIgnoringNewLines("fleet: steps: 151 (expected: 1 to 150)");
    }

    private CommandRun fleet(RunningFleet fleet, List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of("--gateway", fleet.gateway()));
        if (words.get(0).equals("run")) {
            all.addAll(List.of("--out", output.toString()));
        }
        return CommandRun.of(all.toArray(String[]::new));
    }

    /** The words of each command, as a shell would take them, with files found from here. */
    private static List<List<String>> commands(Path file) throws IOException {
        List<List<String>> commands = COMMAND.matcher(Files.readString(file))
                .results()
                .map(command -> words(command.group(1)))
                .toList();
        assertThat(commands).as("%s tells its command", file).isNotEmpty();
        return commands;
    }

    private static List<String> words(String command) {
        return WORD.matcher(command)
                .results()
                .map(word -> word.group().replace("\"", ""))
                .map(word -> word.replaceAll("(^|@)((docs|models)/)", "$1" + ROOT + "/$2"))
                .toList();
    }
}
