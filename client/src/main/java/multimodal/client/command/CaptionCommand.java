package multimodal.client.command;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.Terminal;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.DecodingOptions;
import multimodal.common.v1.ModelRef;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fleet caption}: a picture in words. */
@Command(name = "caption", description = "Describes a picture.")
public final class CaptionCommand implements Callable<Integer> {

    private static final String INPUT = "picture";

    @Parameters(paramLabel = "FILE", description = "PNG, JPEG or WebP.")
    Path file;

    @Option(names = "--language", description = "Of the caption: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    LanguageOption language = LanguageOption.en;

    @Option(
            names = "--beams",
            description = "Texts that are followed side by side (default: the likeliest word at each step).")
    Integer beams;

    @Option(names = "--max-tokens", description = "Most tokens (default: the model's limit).")
    Integer maxTokens;

    @Option(names = "--model", description = "Name of the model (default: the fleet's).")
    String model = "";

    @Mixin
    GatewayOptions gateway;

    @Mixin
    TerminalOptions terminalOptions;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Terminal terminal = terminalOptions.on(spec.commandLine().getOut());
        RunWorkflowRequest request = RunWorkflowRequest.newBuilder()
                .setWorkflow(new GraphBuilder("Caption")
                        .input(INPUT, PortType.PORT_TYPE_IMAGE)
                        .node("caption", VisionLanguageServiceGrpc.getCaptionImageMethod(), settings())
                        .edge(INPUT, "caption.image")
                        .build())
                .putInputs(
                        INPUT,
                        PortValue.newBuilder()
                                .setImage(GivenFiles.picture("FILE", file))
                                .build())
                .build();
        try (FleetClient client = gateway.connect()) {
            NodeState node = NodeRun.of(
                    "caption", terminal, events -> client.runWorkflow(request, TraceParent.newTrace(), events));
            terminal.println(node.text().strip());
            return ExitCode.OK;
        }
    }

    private CaptionImageRequest settings() {
        CaptionImageRequest.Builder settings = CaptionImageRequest.newBuilder().setLanguage(language.proto());
        DecodingOptions.Builder decoding = DecodingOptions.newBuilder();
        if (beams != null) {
            decoding.setBeam(BeamDecoding.newBuilder().setBeamCount(beams));
        }
        if (maxTokens != null) {
            decoding.setMaxTokens(maxTokens);
        }
        if (!model.isEmpty()) {
            settings.setModel(ModelRef.newBuilder().setName(model));
        }
        return settings.setDecoding(decoding).build();
    }
}
