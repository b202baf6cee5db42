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
    void theDemoMakesPicturesCaptionsAndStoriesInBothLanguages(RunningFleet fleet) throws IOException {
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
        assertThat(demo.out()).contains("generate_image", "caption_image", "continue_text", "classify");
        assertThat(Files.readString(output.resolve("trace.json"))).contains("image-service", "clip-service", "gateway");
    }

    @Test
    void theSameSeedMakesTheSamePicture(RunningFleet fleet) throws IOException {
        Path again = Files.createDirectory(output.resolve("again"));
        CommandRun.of("demo", "--gateway", fleet.gateway(), "--output", output.toString());
        CommandRun.of("demo", "--gateway", fleet.gateway(), "--output", again.toString());
        assertThat(output.resolve("castle-en.png")).hasSameBinaryContentAs(again.resolve("castle-en.png"));
        assertThat(output.resolve("castle-zh.png")).hasSameBinaryContentAs(again.resolve("castle-zh.png"));
    }

    @Test
    void statusShowsEachServiceWithItsModels(RunningFleet fleet) throws IOException, InterruptedException {
        assertThat(fleet.run("status"))
                .containsPattern("gateway .*SERVING")
                .containsPattern("image-service .*SERVING .*sticker-diffusion/1")
                .containsPattern("clip-service .*SERVING .*micro-text/1, sticker-caption/1, sticker-clip/1");
    }
}
