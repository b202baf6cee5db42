package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import multimodal.gateway.v1.ListWorkflowsRequest;
import multimodal.gateway.v1.NodeFailed;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.gateway.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import multimodal.image.v1.GenerateImageRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workflows that do not end as they should: a service dies under one, a client walks away from one. */
class BrokenRunIT {

    private static final int STEPS = 150;
    private static final TextToImageToTextRequest LONG_RUN = TextToImageToTextRequest.newBuilder()
            .setPrompt("a castle under the night sky")
            .setGenerateImage(GenerateImageRequest.newBuilder().setSteps(STEPS))
            .build();

    @TempDir
    Path directory;

    private RunningFleet fleet;
    private ManagedChannel channel;
    private WorkflowServiceBlockingStub workflows;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        fleet = RunningFleet.start(directory);
        channel = Channels.open(fleet.gateway());
        workflows = WorkflowServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void stop() throws IOException, InterruptedException {
        channel.shutdownNow();
        fleet.close();
    }

    @Test
    void aServiceThatDiesIsNamedAndTheGatewayGoesOn() throws IOException {
        Iterator<WorkflowEvent> events = workflows.textToImageToText(LONG_RUN);
        readToFirstStep(events);
        fleet.kill("image-service");

        NodeFailed[] failed = new NodeFailed[1];
        StatusRuntimeException failure = catchThrowableOfType(
                StatusRuntimeException.class,
                () -> events.forEachRemaining(
                        event -> failed[0] = event.hasNodeFailed() ? event.getNodeFailed() : null));

        assertThat(failed[0].getNode()).isEqualTo("generate_image");
        assertThat(failed[0].getService()).isEqualTo("multimodal.image.v1.ImageService");
        assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure.getStatus().getDescription()).contains("generate_image");
        assertThat(workflows
                        .listWorkflows(ListWorkflowsRequest.getDefaultInstance())
                        .getWorkflowsList())
                .isNotEmpty();
    }

    @Test
    void aClientThatWalksAwayStopsTheWork() throws Exception {
        CancellableContext context = Context.current().withCancellation();
        context.run(() -> readToFirstStep(workflows.textToImageToText(LONG_RUN)));
        context.cancel(null);

        Metrics metrics = new Metrics(fleet.imageMetrics());
        metrics.awaitZero("inference_admitted_requests");
        assertThat(metrics.sum("inference_engine_rows_total", "artifact=\"unet\""))
                .isLessThan(STEPS);
    }

    private static void readToFirstStep(Iterator<WorkflowEvent> events) {
        while (!events.next().hasNodeProgress()) {
            // What comes before the first step is of no interest here.
        }
    }
}
