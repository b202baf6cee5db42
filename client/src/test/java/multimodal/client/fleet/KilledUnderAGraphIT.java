package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import multimodal.client.graph.GraphBuilder;
import multimodal.client.run.RunState;
import multimodal.clip.v1.CaptionImageRequest;
import multimodal.clip.v1.VisionLanguageServiceGrpc;
import multimodal.gateway.v1.RunWorkflowRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A graph with two branches, and a service that is killed while both are in it. */
class KilledUnderAGraphIT {
    /** Waits of 0.25 s, 0.5 s, …, two minutes in all: as long as a service may take to come back on a busy machine. */
    private static final Map<String, String> PATIENT = Map.of("GATEWAY_WORKFLOW_MAX_ATTEMPTS", "10");

    @TempDir
    Path directory;

    @Test
    void theGraphWaitsForTheServiceAndEndsAsItWouldHave() throws Exception {
        RunWorkflowRequest request = RunWorkflowRequest.newBuilder()
                .setWorkflow(new GraphBuilder("Fan")
                        .node("left", ImageServiceGrpc.getGenerateImageMethod(), picture("a castle", 1))
                        .node("right", ImageServiceGrpc.getGenerateImageMethod(), picture("a cat", 2))
                        .node(
                                "left_words",
                                VisionLanguageServiceGrpc.getCaptionImageMethod(),
                                CaptionImageRequest.getDefaultInstance())
                        .edge("left.image", "left_words.image")
                        .build())
                .build();
        try (RunningFleet fleet = RunningFleet.start(directory, PATIENT)) {
            ManagedChannel channel = Channels.open(fleet.gateway());
            RunState undisturbed = new RunState();
            run(channel, request).forEachRemaining(undisturbed::apply);

            RunState disturbed = new RunState();
            List<WorkflowEvent> retries = new ArrayList<>();
            Iterator<WorkflowEvent> events = run(channel, request);
            awaitSteps(events, disturbed);
            fleet.killAndStart("image-service");
            events.forEachRemaining(event -> {
                disturbed.apply(event);
                if (event.hasNodeRetry()) {
                    retries.add(event);
                }
            });

            assertThat(retries)
                    .extracting(event -> event.getNodeRetry().getNode())
                    .contains("left", "right");
            for (String node : List.of("left", "right")) {
                assertThat(disturbed.node(node).picture())
                        .isEqualTo(undisturbed.node(node).picture());
            }
            assertThat(disturbed.node("left_words").text())
                    .isEqualTo(undisturbed.node("left_words").text());
            channel.shutdownNow();
        }
    }

    private static GenerateImageRequest picture(String prompt, long seed) {
        return GenerateImageRequest.newBuilder()
                .setPrompt(prompt)
                .setSeed(seed)
                .setSteps(100)
                .build();
    }

    private static Iterator<WorkflowEvent> run(ManagedChannel channel, RunWorkflowRequest request) {
        return WorkflowServiceGrpc.newBlockingStub(channel).runWorkflow(request);
    }

    /** Reads until both pictures have begun. */
    private static void awaitSteps(Iterator<WorkflowEvent> events, RunState run) {
        boolean left = false;
        boolean right = false;
        while (!left || !right) {
            WorkflowEvent event = events.next();
            run.apply(event);
            left |= event.getNodeProgress().getNode().equals("left");
            right |= event.getNodeProgress().getNode().equals("right");
        }
    }
}
