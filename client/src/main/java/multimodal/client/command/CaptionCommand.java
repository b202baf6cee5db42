package multimodal.client.command;

import java.io.IOException;
import java.nio.file.Path;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.NodeState;
import multimodal.client.terminal.Terminal;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.BeamDecoding;
import multimodal.common.v1.DecodingOptions;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleet caption}: a picture in words. */
@Command(name = "caption", description = "Describes a picture.")
public final class CaptionCommand extends NodeCommand {

    private static final String NODE = "caption";
    private static final String INPUT = "picture";

    @Parameters(paramLabel = "FILE", description = "PNG, JPEG or WebP.")
    Path file;

    @Option(
            names = "--language",
            paramLabel = "LANGUAGE",
            description = "Of the caption: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    LanguageOption language = LanguageOption.en;

    @Option(
            names = "--beams",
            paramLabel = "N",
            description = "Texts that are followed side by side (default: the likeliest word at each step).")
    Integer beams;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens (default: the model's limit).")
    Integer maxTokens;

    CaptionCommand() {
        super(NODE);
    }

    @Override
    Request request(Terminal terminal) throws IOException {
        RunWorkflowRequest request = RunWorkflowRequest.newBuilder()
                .setWorkflow(new GraphBuilder("Caption")
                        .input(INPUT, PortType.PORT_TYPE_IMAGE)
                        .node(NODE, VisionLanguageServiceGrpc.getCaptionImageMethod(), settings())
                        .edge(INPUT, NODE + ".image")
                        .build())
                .putInputs(
                        INPUT,
                        PortValue.newBuilder()
                                .setImage(GivenFiles.picture("FILE", file))
                                .build())
                .build();
        return (client, trace, events) -> client.runWorkflow(request, trace, events);
    }

    @Override
    void show(NodeState finished, Terminal terminal) {
        terminal.println(finished.text().strip());
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
        model().ifPresent(settings::setModel);
        return settings.setDecoding(decoding).build();
    }
}
