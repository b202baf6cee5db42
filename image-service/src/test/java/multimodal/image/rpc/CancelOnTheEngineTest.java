package multimodal.image.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.common.server.CallExecutor;
import multimodal.image.testing.RecordingClient;
import multimodal.image.testing.ShippedModel;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.batching.BatchEvent;
import multimodal.inference.batching.BatchListener;
import multimodal.testing.LoopbackServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that goes away over a real socket, and what the real model on its engine still does for it. */
@Timeout(300)
class CancelOnTheEngineTest {

    /** Two pictures with guidance: rows that no other request here has. */
    private static final int ROWS = 4;

    private final RecordingClient client = new RecordingClient(3);
    private final CompletableFuture<Void> cancelSeen = new CompletableFuture<>();
    private final AtomicInteger steps = new AtomicInteger();

    @Test
    void theStepThatRunsWhenTheCancelIsSeenIsTheLast() throws IOException, InterruptedException {
        try (ShippedModel shipped = ShippedModel.open("onnxruntime", new BatchListener() {
                    @Override
                    public void formed(BatchEvent batch) {
                        cancelAtStepFour(batch);
                    }
                });
                CallExecutor executor = new CallExecutor("call", 2, 2);
                LoopbackServer server = new LoopbackServer(Services.create(executor, (model, context, onLoading) -> {
                    Context.current().addListener(call -> cancelSeen.complete(null), Runnable::run);
                    return shipped.model();
                }))) {
            ImageServiceGrpc.newStub(server.channel())
                    .generateImage(
                            request()
                                    .setSteps(150)
                                    .setImageCount(2)
                                    .setPreviewInterval(1)
                                    .build(),
                            client);

            assertThat(client.end().getCode()).isEqualTo(Code.CANCELLED);
            assertThat(client.responses()).hasSize(3);
            assertThat(ImageServiceGrpc.newBlockingStub(server.channel())
                            .generateImage(request().setSteps(5).build()))
                    .toIterable()
                    .last()
                    .matches(GenerateImageResponse::hasResult);
            assertThat(steps).hasValue(4);
        }
    }

    private void cancelAtStepFour(BatchEvent batch) {
        if (batch.key().artifact().equals("unet") && batch.rows() == ROWS && steps.incrementAndGet() == 4) {
            while (client.responses().size() < 3) {
                Thread.onSpinWait();
            }
            client.cancel();
            cancelSeen.join();
        }
    }

    private static GenerateImageRequest.Builder request() {
        return GenerateImageRequest.newBuilder()
                .setPrompt("a cat")
                .setGuidanceScale(2)
                .setWidth(64)
                .setHeight(64);
    }
}
