package multimodal.client.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import multimodal.client.InputException;
import multimodal.client.TimeText;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.Terminal;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.EnhancePromptRequest;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet image}: a picture from a text. What an option may be the fleet knows; its answer names the option. */
@Command(name = "image", description = "Makes a picture from a text.")
public final class ImageCommand extends NodeCommand {

    private static final String NODE = "image";
    private static final String STYLE = "style";
    private static final String INIT = "init";
    private static final String MASK = "mask";
    private static final String CONTROL = "control";
    private static final String EDGES = "edges";
    private static final Pattern SIZE = Pattern.compile("(\\d{1,6})(?:x(\\d{1,6}))?");
    private static final int PREVIEW_INTERVAL = 3;

    @Parameters(paramLabel = "TEXT", description = "What the picture shows, in English or Chinese.")
    String prompt;

    @Option(names = "--negative", paramLabel = "TEXT", description = "What the picture must not show.")
    String negative = "";

    @Option(names = "--steps", paramLabel = "N", description = "Denoising steps (default: the model's).")
    Integer steps;

    @Option(
            names = "--guidance",
            paramLabel = "SCALE",
            description = "How strongly the text steers (default: the model's).")
    Float guidance;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed; the same one makes the same picture (default: one is drawn and told).")
    Long seed;

    @Option(
            names = "--size",
            paramLabel = "WIDTHxHEIGHT",
            description = "Size in pixels, or one number for a square (default: the model's).")
    String size;

    @Option(
            names = "--style",
            paramLabel = "NAME",
            description = "A style that EnhancePrompt knows, such as photography.")
    String style = "";

    @Option(names = "--init", paramLabel = "FILE", description = "A picture of the same size to start from.")
    Path init;

    @Option(
            names = "--strength",
            paramLabel = "SHARE",
            description = "How far to go from --init, 0 to 1 (default: 0.8).")
    Float strength;

    @Option(names = "--mask", paramLabel = "FILE", description = "White where the picture to start from is made anew.")
    Path mask;

    @Option(
            names = "--mask-padding",
            paramLabel = "PIXELS",
            description =
                    "Makes the part around the mask enlarged, with so many pixels around it: where a model paints small things badly.")
    Integer maskPadding;

    @Option(
            names = "--control",
            paramLabel = "FILE",
            description = "A picture of the same size whose outlines it shall have.")
    Path control;

    @Option(names = "--out", paramLabel = "FILE", description = "Where the picture goes (default: ${DEFAULT-VALUE}).")
    Path out = Path.of("image.png");

    ImageCommand() {
        super(NODE);
    }

    @Override
    Request request(Terminal terminal) throws IOException {
        RunWorkflowRequest request = run(settings(terminal));
        return (client, trace, events) -> client.runWorkflow(request, trace, events);
    }

    private RunWorkflowRequest run(GenerateImageRequest.Builder settings) throws IOException {
        GraphBuilder graph = new GraphBuilder("Image");
        RunWorkflowRequest.Builder request = RunWorkflowRequest.newBuilder();
        if (!style.isEmpty()) {
            EnhancePromptRequest.Builder words = EnhancePromptRequest.newBuilder()
                    .setPrompt(settings.getPrompt())
                    .setStyle(style);
            model().ifPresent(words::setModel);
            settings.clearPrompt();
            graph.node(STYLE, ImageServiceGrpc.getEnhancePromptMethod(), words.build())
                    .edge(STYLE + ".prompt", NODE + ".prompt");
        }
        if (init != null) {
            request.putInputs(INIT, picture("--init", init));
            graph.input(INIT, PortType.PORT_TYPE_IMAGE).edge(INIT, NODE + ".init_image");
        }
        if (mask != null) {
            request.putInputs(MASK, picture("--mask", mask));
            graph.input(MASK, PortType.PORT_TYPE_IMAGE).edge(MASK, NODE + ".mask");
        }
        if (control != null) {
            settings.addControlImages(ControlImage.newBuilder().setKind(ControlKind.CONTROL_KIND_CANNY));
            request.putInputs(CONTROL, picture("--control", control));
            graph.input(CONTROL, PortType.PORT_TYPE_IMAGE)
                    .node(EDGES, ImageServiceGrpc.getDetectEdgesMethod(), DetectEdgesRequest.getDefaultInstance())
                    .edge(CONTROL, EDGES + ".image")
                    .edge(EDGES + ".edges", NODE + ".control_image");
        }
        graph.node(NODE, ImageServiceGrpc.getGenerateImageMethod(), settings.build());
        return request.setWorkflow(graph.build()).build();
    }

    private static PortValue picture(String option, Path file) throws IOException {
        return PortValue.newBuilder().setImage(GivenFiles.picture(option, file)).build();
    }

    private GenerateImageRequest.Builder settings(Terminal terminal) {
        GenerateImageRequest.Builder settings = GenerateImageRequest.newBuilder()
                .setPrompt(prompt)
                .setNegativePrompt(negative)
                .setPreviewInterval(terminal.rich() ? PREVIEW_INTERVAL : 0);
        if (steps != null) {
            settings.setSteps(steps);
        }
        if (maskPadding != null) {
            settings.setPaddingMaskCrop(maskPadding);
        }
        if (strength != null) {
            settings.setStrength(strength);
        }
        if (guidance != null) {
            settings.setGuidanceScale(guidance);
        }
        if (seed != null) {
            settings.setSeed(seed);
        }
        model().ifPresent(settings::setModel);
        if (size != null) {
            Matcher sides = SIZE.matcher(size);
            if (!sides.matches()) {
                throw new InputException(
                        "--size: %s (expected: WIDTHxHEIGHT, such as 128x96, or one number)".formatted(size));
            }
            settings.setWidth(Integer.parseInt(sides.group(1)));
            settings.setHeight(Integer.parseInt(sides.group(sides.group(2) == null ? 1 : 2)));
        }
        return settings;
    }

    @Override
    void show(NodeState finished, Terminal terminal) throws IOException {
        byte[] picture = finished.picture().orElseThrow().getData().toByteArray();
        Files.write(out, picture);
        terminal.println("wrote %s (seed %d, %s/%s, %s)"
                .formatted(
                        out,
                        finished.info().getSeed(),
                        finished.info().getModel().getName(),
                        finished.info().getModel().getVersion(),
                        TimeText.seconds(finished.duration())));
    }
}
