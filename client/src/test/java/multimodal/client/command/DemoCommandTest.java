package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import multimodal.client.testing.CommandRun;
import multimodal.client.testing.ScriptedGateway;
import multimodal.client.testing.ScriptedRuns;
import multimodal.common.rpc.Statuses;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {

    @TempDir
    Path directory;

    private ScriptedGateway gateway;

    @BeforeEach
    void startGateway() throws IOException {
        gateway = new ScriptedGateway();
    }

    @AfterEach
    void stopGateway() {
        gateway.close();
    }

    @Test
    void bothSentencesAreShownAndTheirFilesWritten() {
        CommandRun demo = demo();
        assertThat(demo.err()).isEmpty();
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.out())
                .contains("a castle under the night sky", "caption_image: a castle at night")
                .contains("一座神秘的古堡在月光下闪闪发光", "caption_image: 夜空下的城堡")
                .contains("ask: is there a castle in this picture? is there a castle in this picture? (75 %)")
                .contains("classify: castle 87.5 %, house 12.5 %", "classify: 城堡 87.5 %, 房子 12.5 %")
                .contains("wrote " + directory.resolve("index.html"));
        assertThat(demo.out())
                .contains("index: 6 indexed, 0 there before, 0 failed", "search: 雪地上的小狗")
                .contains("painted along the edges of \"a castle under the night sky\"", ": a castle in the snow")
                .contains("found: a castle under the night sky 0.50, 一座神秘的古堡在月光下闪闪发光 0.50");
        assertThat(directory)
                .isDirectoryContaining("glob:**/{castle-en,castle-zh,outlined-edges,outlined,gallery-dog}.png");
        assertThat(directory.resolve("trace.json")).doesNotExist();
    }

    @Test
    void theTableNamesServiceModelAndTimes() {
        assertThat(demo().out()
                        .lines()
                        .filter(line -> line.contains("-service"))
                        .limit(5)
                        .map(line -> line.replaceAll(" +", " ")))
                .containsExactly(
                        "generate_image image-service sticker-diffusion/1 1.0 20 300 325",
                        "caption_image clip-service sticker-caption/1 1.0 20 300 325",
                        "continue_text clip-service micro-text/1 1.0 20 300 325",
                        "answer_question clip-service sticker-vqa/1 1.0 20 300 325",
                        "classify clip-service sticker-clip/1 1.0 20 300 325");
    }

    @Test
    void previewsStandSideBySideInOneFile() throws IOException {
        demo();
        byte[] strip = Files.readAllBytes(directory.resolve("castle-en-previews.png"));
        assertThat(new PictureDecoder(PictureLimits.DEFAULT).decode(strip))
                .satisfies(picture -> assertThat(picture.width()).isEqualTo(4 * 8 + 3 * 4))
                .satisfies(picture -> assertThat(picture.height()).isEqualTo(8));
    }

    @Test
    void allCallsBelongToOneTrace() {
        demo();
        assertThat(gateway.traceParents()).hasSize(13).allMatch(header -> header.endsWith("-01"));
        assertThat(gateway.traceParents().stream().map(header -> header.split("-")[1]))
                .containsOnly(gateway.traceParents().get(0).split("-")[1]);
    }

    @Test
    void theCollectionOfTheSearchIsDropped() {
        demo();
        assertThat(gateway.clip().indexed).hasSize(6);
        assertThat(CommandRun.of("collections", "--gateway", gateway.address()).out())
                .doesNotContain("demo");
    }

    @Test
    void aCaptionWithoutTheObjectFailsWithAClearLine() {
        gateway.answer(request -> ScriptedRuns.captioned("a cat"));
        CommandRun demo = demo();
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.out())
                .contains("the caption \"a cat\" of \"a castle under the night sky\" has none of the words [castle]");
        assertThat(directory.resolve("index.html")).exists();
    }

    @Test
    void aNodeThatFailsIsNamedInOneLine() {
        gateway.answer(request -> ScriptedRuns.withoutCaptioner());
        CommandRun demo = demo();
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.err())
                .isEqualToIgnoringNewLines(
                        "fleet: UNAVAILABLE: node caption_image (multimodal.clip.v1.VisionLanguageService): connection refused");
    }

    @Test
    void aFullFleetIsAskedAgainAfterTheDelayThatItWants() {
        gateway.refuse(Statuses.exhausted("3 waiting", Duration.ofMillis(120)));
        CommandRun demo = demo();
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.out()).contains("the fleet is full; trying again in 0.1 s");
    }

    @Test
    void aRefusalWithoutADelayIsFinal() {
        gateway.refuse(Status.RESOURCE_EXHAUSTED
                .withDescription("a message beyond 16 MiB")
                .asRuntimeException());
        assertThat(demo().err()).isEqualToIgnoringNewLines("fleet: RESOURCE_EXHAUSTED: a message beyond 16 MiB");
    }

    @Test
    void aGatewayThatIsDownIsToldInOneLine() {
        gateway.close();
        CommandRun demo = demo();
        assertThat(demo.exitCode()).isEqualTo(1);
        assertThat(demo.err().lines()).hasSize(1);
        assertThat(demo.err()).startsWith("fleet: UNAVAILABLE: ").containsIgnoringCase("refused");
    }

    @Test
    void wrongArgumentsExitWithTwo() {
        assertThat(CommandRun.of("demo", "--colour").exitCode()).isEqualTo(2);
    }

    private CommandRun demo() {
        return CommandRun.of("demo", "--gateway", gateway.address(), "--output", directory.toString());
    }
}
