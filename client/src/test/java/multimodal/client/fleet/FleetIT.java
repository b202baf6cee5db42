package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import multimodal.client.testing.CommandRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The packaged services as processes, the demo through the gateway, the script that starts and stops them. */
@ExtendWith(SharedFleet.class)
class FleetIT {

    @TempDir
    Path output;

    @Test
    void theDemoMakesDescribesAsksAndFindsPictures(RunningFleet fleet) throws IOException {
        CommandRun demo = CommandRun.of(
                "demo",
                "--gateway",
                fleet.gateway(),
                "--spans",
                fleet.directory().toString(),
                "--output",
                output.toString());
        assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
        assertThat(output)
                .isDirectoryContaining("glob:**/{castle-en,castle-zh,castle-en-previews,castle-zh-previews}.png")
                .isDirectoryContaining("glob:**/{index.html,trace.json}");
        assertThat(demo.out())
                .contains("generate_image", "caption_image", "continue_text", "answer_question", "classify")
                .contains("index: 6 indexed, 0 there before, 0 failed")
                .contains("search: a cat by the sea", "search: 雪地上的小狗");
        assertThat(Files.readString(output.resolve("trace.json"))).contains("image-service", "clip-service", "gateway");
    }

    @Test
    void theSameSeedMakesTheSamePicture(RunningFleet fleet) throws IOException {
        assertThat(picture("夜空下的城堡", "one.png", fleet)).hasSameBinaryContentAs(picture("夜空下的城堡", "two.png", fleet));
    }

    private Path picture(String prompt, String name, RunningFleet fleet) {
        Path file = output.resolve(name);
        CommandRun run = CommandRun.of(
                "image",
                prompt,
                "--steps",
                "10",
                "--seed",
                "7",
                "--out",
                file.toString(),
                "--gateway",
                fleet.gateway());
        assertThat(run.exitCode()).as(run.err()).isZero();
        return file;
    }

    @Test
    void statusShowsEachServiceWithItsModels(RunningFleet fleet) throws IOException, InterruptedException {
        assertThat(fleet.run("status"))
                .containsPattern("gateway .*SERVING")
                .containsPattern("image-service .*SERVING .*sticker-diffusion/1")
                .containsPattern("clip-service .*SERVING .*micro-text/1, sticker-caption/1, sticker-clip/1");
    }
}
