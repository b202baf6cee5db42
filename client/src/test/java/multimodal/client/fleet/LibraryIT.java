package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import multimodal.client.FleetClient;
import multimodal.client.TraceParent;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.RunState;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.common.v1.Image;
import multimodal.gateway.v1.PortType;
import multimodal.gateway.v1.PortValue;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.Workflow;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The example of {@code client/README.md}: it is this test's code, and it works. */
@ExtendWith(SharedFleet.class)
class LibraryIT {
    private static final Path ROOT = Path.of(System.getProperty("fleet.root"));
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void theExampleOfTheReadmeWorks(RunningFleet fleet) {
        String address = fleet.gateway();
        List<Image> pictures = new ArrayList<>();
        List<String> words = new ArrayList<>();

        try (FleetClient client = FleetClient.connect(address, Duration.ofMinutes(2))) {
            // Any RPC of the fleet, by its stub.
            client.stub(ImageServiceGrpc::newBlockingStub, TraceParent.newTrace())
                    .generateImage(GenerateImageRequest.newBuilder()
                            .setPrompt("a castle under the night sky")
                            .setSteps(10)
                            .build())
                    .forEachRemaining(message -> {
                        if (message.hasResult()) {
                            pictures.add(message.getResult().getImages(0).getImage());
                        }
                    });

            // A graph; what runs side by side, is retried or is made once is the gateway's business.
            Workflow graph = new GraphBuilder("Describe")
                    .input("prompt", PortType.PORT_TYPE_TEXT)
                    .node(
                            "paint",
                            ImageServiceGrpc.getGenerateImageMethod(),
                            GenerateImageRequest.newBuilder()
                                    .setSteps(10)
                                    .setSeed(7)
                                    .build())
                    .node(
                            "describe",
                            VisionLanguageServiceGrpc.getCaptionImageMethod(),
                            CaptionImageRequest.getDefaultInstance())
                    .edge("prompt", "paint.prompt")
                    .edge("paint.image", "describe.image")
                    .build();
            RunWorkflowRequest request = RunWorkflowRequest.newBuilder()
                    .setWorkflow(graph)
                    .putInputs("prompt", PortValue.newBuilder().setText("a dog").build())
                    .build();
            RunState run = new RunState();
            client.runWorkflow(request, TraceParent.newTrace(), run::apply);
            words.add(run.node("describe").text());
        }

        assertThat(pictures).hasSize(1);
        assertThat(words).singleElement().asString().isNotBlank();
    }

    @Test
    void theReadmeHasTheCodeOfThisTest() throws IOException {
        Matcher example = EXAMPLE.matcher(Files.readString(ROOT.resolve("client/README.md")));
        assertThat(example.find()).isTrue();
        Path source = ROOT.resolve("client/src/test/java/multimodal/client/fleet/LibraryIT.java");

        assertThat(words(Files.readString(source))).contains(words(example.group(1)));
    }

    private static String words(String code) {
        return code.replaceAll("\\s+", "");
    }
}
