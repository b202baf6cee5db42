package multimodal.client.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.BadRequest;
import com.google.rpc.BadRequest.FieldViolation;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import multimodal.client.testing.CommandRun;
import multimodal.client.testing.ScriptedGateway;
import multimodal.client.testing.ScriptedRuns;
import multimodal.common.rpc.Statuses;
import multimodal.gateway.v1.Workflow;
import multimodal.gateway.v1.WorkflowNode;
import multimodal.media.Picture;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;
import multimodal.media.PngEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code fleet image}, {@code caption}, {@code ask} and {@code run} against a gateway that answers with a script. */
class GraphCommandsTest {
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
    void anImageIsWrittenAndItsSeedIsTold() throws IOException {
        Path file = directory.resolve("castle.png");

        CommandRun run = fleet(
                "image",
                "a castle",
                "--negative",
                "a cat",
                "--steps",
                "20",
                "--seed",
                "7",
                "--size",
                "64x48",
                "--guidance",
                "3.5",
                "--model",
                "m",
                "--out",
                file.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("wrote %s (seed 7, sticker-diffusion/1, 0.1 s)%n".formatted(file));
        assertThat(new PictureDecoder(PictureLimits.DEFAULT)
                        .decode(Files.readAllBytes(file))
                        .width())
                .isEqualTo(8);
        assertThat(gateway.graphs()
                        .get(0)
                        .getWorkflow()
                        .getNodes(0)
                        .getSettings()
                        .getFieldsMap())
                .containsOnlyKeys(
                        "prompt",
                        "negative_prompt",
                        "steps",
                        "seed",
                        "width",
                        "height",
                        "guidance_scale",
                        "model",
                        "preview_interval");
        assertThat(setting("seed").getStringValue()).isEqualTo("7");
        assertThat(setting("width").getNumberValue()).isEqualTo(64);
        assertThat(setting("height").getNumberValue()).isEqualTo(48);
    }

    @Test
    void aStyleAndAPictureToStartFromStandBeforeThePicture() throws IOException {
        CommandRun run = fleet(
                "image",
                "a castle",
                "--style",
                "anime",
                "--init",
                picture().toString(),
                "--strength",
                "0.5",
                "--mask",
                picture().toString(),
                "--mask-padding",
                "16",
                "--out",
                directory.resolve("a.png").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        Workflow graph = gateway.graphs().get(0).getWorkflow();
        assertThat(graph.getNodesList()).extracting(WorkflowNode::getId).containsExactly("style", "image");
        assertThat(graph.getNodes(0).getSettings().getFieldsMap()).containsOnlyKeys("prompt", "style");
        assertThat(graph.getNodes(1).getSettings().getFieldsMap())
                .containsKeys("strength", "padding_mask_crop")
                .doesNotContainKey("prompt");
        assertThat(graph.getEdgesList())
                .extracting(edge -> edge.getTarget().getPort())
                .containsExactly("prompt", "init_image", "mask");
    }

    @Test
    void theOutlinesOfAnotherPictureSteer() throws IOException {
        CommandRun run = fleet(
                "image",
                "a castle",
                "--control",
                picture().toString(),
                "--out",
                directory.resolve("a.png").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        Workflow graph = gateway.graphs().get(0).getWorkflow();
        assertThat(graph.getNodesList()).extracting(WorkflowNode::getId).containsExactly("edges", "image");
        assertThat(graph.getEdgesList())
                .extracting(edge ->
                        edge.getTarget().getNode() + "." + edge.getTarget().getPort())
                .containsExactly("edges.image", "image.control_image");
        assertThat(graph.getNodes(1)
                        .getSettings()
                        .getFieldsOrThrow("control_images")
                        .getListValue()
                        .getValuesCount())
                .isOne();
        assertThat(run.out()).contains("wrote ", "(seed 7, sticker-diffusion/1");
    }

    @Test
    void aTerminalAsksForPreviews() {
        fleet(
                "image",
                "a castle",
                "--out",
                directory.resolve("a.png").toString(),
                "--tty",
                "--colorterm=truecolor",
                "--no-color=",
                "--term=xterm");

        assertThat(setting("preview_interval").getNumberValue()).isEqualTo(3);
    }

    @Test
    void aValueThatTheFleetRefusesIsNamedInOneLine() {
        gateway.refuse(Statuses.of(
                Status.Code.INVALID_ARGUMENT,
                "node image: steps: 151",
                BadRequest.newBuilder()
                        .addFieldViolations(FieldViolation.newBuilder()
                                .setField("workflow.nodes[0].settings.steps")
                                .setDescription("steps: 151 (expected: 1 to 150)"))
                        .addFieldViolations(FieldViolation.newBuilder()
                                .setField("workflow.nodes[0].settings.width")
                                .setDescription("workflow.nodes[0].settings.width: 1 (expected: 8 to 256)"))
                        .build()));

        CommandRun run = fleet("image", "a castle", "--steps", "151");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .isEqualToIgnoringNewLines("fleet: steps: 151 (expected: 1 to 150); width: 1 (expected: 8 to 256)");
    }

    @Test
    void aSizeThatIsNoneIsRefusedHere() {
        assertThat(fleet("image", "a castle", "--size", "64by64").err())
                .isEqualToIgnoringNewLines(
                        "fleet: --size: 64by64 (expected: WIDTHxHEIGHT, such as 128x96, or one number)");
    }

    @Test
    void aPictureIsCaptioned() throws IOException {
        CommandRun run =
                fleet("caption", picture().toString(), "--language", "zh", "--beams", "3", "--max-tokens", "9");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("a castle at night%n".formatted());
        assertThat(run.err()).contains("caption: a castle at night%n".formatted(), "caption: done in ");
        assertThat(setting("language").getStringValue()).isEqualTo("LANGUAGE_CHINESE");
        assertThat(gateway.graphs()
                        .get(0)
                        .getInputsOrThrow("picture")
                        .getImage()
                        .getData()
                        .size())
                .isPositive();
    }

    @Test
    void aQuestionIsAnswered() throws IOException {
        CommandRun run = fleet("ask", picture().toString(), "图片中有几只猫？");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(run.out()).isEqualTo("图片中有几只猫？ (75 %)" + System.lineSeparator());
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "caption", "ask", "index", "search", "collections", "run"})
    void eachCommandTellsItsOptions(String command) {
        CommandRun run = fleet(command, "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith("Usage: fleet " + command + " [OPTIONS]")
                .contains("--gateway=ADDRESS", "-h, --help")
                .doesNotContain("--tty");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aFileThatIsMissingIsNamed() {
        assertThat(fleet("caption", "no.png").err())
                .isEqualToIgnoringNewLines("fleet: FILE: no.png is no file (expected: a file that can be read)");
    }

    @Test
    void aGraphFileRunsAndLeavesItsResults() throws IOException {
        Path graph = Files.writeString(
                directory.resolve("graph.yaml"),
                """
                name: Both
                inputs: [{name: text, type: PORT_TYPE_TEXT}]
                nodes:
                - {id: paint, method: multimodal.image.v1.ImageService/GenerateImage}
                - {id: describe, method: multimodal.clip.v1.VisionLanguageService/CaptionImage}
                """);
        Path out = directory.resolve("out");

        CommandRun run = fleet("run", graph.toString(), "--input", "text=a = b", "--out", out.toString(), "--reuse");

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(out.resolve("describe-text.txt")).hasContent("a castle at night");
        assertThat(out.resolve("paint-image.png")).exists();
        assertThat(Files.readString(out.resolve("run.json")))
                .contains("\"seed\": \"7\"", "sticker-caption")
                .doesNotContain("\"data\"");
        assertThat(gateway.graphs().get(0).getReuseResults()).isTrue();
        assertThat(gateway.graphs().get(0).getInputsOrThrow("text").getText()).isEqualTo("a = b");
    }

    @Test
    void aReadyMadeGraphRunsByItsName() throws IOException {
        CommandRun run = fleet(
                "run",
                "Describe",
                "--input",
                "photo=@" + picture(),
                "--out",
                directory.resolve("out").toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        assertThat(gateway.graphs().get(0).getWorkflow()).isEqualTo(ScriptedRuns.DESCRIBE);
    }

    @Test
    void withoutAGraphTheReadyMadeOnesAreListed() {
        assertThat(fleet("run").out().lines().toList().get(2))
                .isEqualTo("Describe  photo (image)  Describes a picture.");
    }

    @Test
    void wrongInputsAreNamed() throws IOException {
        assertThat(fleet("run", "Describe").err())
                .isEqualToIgnoringNewLines("fleet: --input: photo is missing (expected: --input photo=@FILE)");
        assertThat(fleet("run", "Describe", "--input", "picture=x").err())
                .isEqualToIgnoringNewLines("fleet: --input: picture is no input of Describe (expected: [photo])");
        assertThat(fleet("run", "Describe", "--input", "photo=cat.png").err())
                .isEqualToIgnoringNewLines("fleet: --input photo: cat.png (expected: @FILE, a picture)");
        assertThat(fleet("run", "no.yaml").err()).isEqualToIgnoringNewLines("fleet: no.yaml: there is no such file");
        assertThat(fleet("run", "Nothing").err())
                .isEqualToIgnoringNewLines(
                        "fleet: Nothing: no file and no ready-made graph (expected: a .yaml or .json file or one of [Describe])");
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "name: [\n");
        assertThat(fleet("run", broken.toString()).err())
                .startsWith("fleet: " + broken + ": not YAML: ")
                .hasLineCount(1);
    }

    private com.google.protobuf.Value setting(String name) {
        return gateway.graphs().get(0).getWorkflow().getNodes(0).getSettings().getFieldsOrThrow(name);
    }

    private Path picture() throws IOException {
        return Files.write(directory.resolve("photo.png"), PngEncoder.encode(new Picture(8, 8, new byte[3 * 64])));
    }

    private CommandRun fleet(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command, "--gateway", gateway.address()));
        all.addAll(List.of(arguments));
        return CommandRun.of(all.toArray(String[]::new));
    }
}
