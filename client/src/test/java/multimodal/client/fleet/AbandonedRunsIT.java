package multimodal.client.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import multimodal.clip.v1.ContinueTextRequest;
import multimodal.common.v1.DecodingOptions;
import multimodal.gateway.v1.TextToImageToTextRequest;
import multimodal.gateway.v1.WorkflowEvent;
import multimodal.gateway.v1.WorkflowServiceGrpc;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Clients that walk away from a graph in whatever moment, or run out of time in it, by the hundred: nothing is done for them
 * any more, in any service, queued or running.
 */
@ExtendWith(SharedFleet.class)
class AbandonedRunsIT {

    private static final int TRIALS = 100;
    private static final int CLIENTS = 4;
    /** Their pictures take all places of a call, so that others queue. */
    private static final int COMPANIONS = 2;
    /** About as many as a whole run has. */
    private static final int MOST_EVENTS = 40;

    /** About as long as a run takes. */
    private static final int MOST_MILLIS = 600;

    private static final String ORPHANED_ROWS = "inference_engine_orphaned_rows_total";

    private static final TextToImageToTextRequest RUN = TextToImageToTextRequest.newBuilder()
            .setPrompt("a castle under the night sky")
            .setGenerateImage(
                    GenerateImageRequest.newBuilder().setSteps(8).setWidth(64).setHeight(64))
            .setContinueText(ContinueTextRequest.newBuilder()
                    .setDecoding(DecodingOptions.newBuilder().setMaxTokens(16)))
            .build();

    private static final GenerateImageRequest COMPANY = GenerateImageRequest.newBuilder()
            .setPrompt("a cat in the snow")
            .setSteps(150)
            .setImageCount(4)
            .setWidth(64)
            .setHeight(64)
            .build();

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicBoolean isOver = new AtomicBoolean();
    private ManagedChannel channel;

    @BeforeEach
    void connect(RunningFleet fleet) {
        channel = Channels.open(fleet.gateway());
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
        threads.shutdownNow();
    }

    @Test
    void aHundredAbandonedRunsLeaveNoWorkBehind(RunningFleet fleet) throws Exception {
        List<Future<?>> companions = new ArrayList<>();
        for (int i = 0; i < COMPANIONS; i++) {
            companions.add(threads.submit(this::keepCompany));
        }
        List<Callable<Code>> trials = new ArrayList<>();
        Random random = new Random(13);
        for (int i = 0; i < TRIALS; i++) {
            int event = 1 + random.nextInt(MOST_EVENTS);
            int millis = 1 + random.nextInt(MOST_MILLIS);
            trials.add(i % 2 == 0 ? () -> cancelAt(event) : () -> runFor(millis));
        }
        List<Code> ends = new ArrayList<>();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        for (Future<Code> trial : clients.invokeAll(trials)) {
            ends.add(trial.get());
        }
        clients.shutdown();
        isOver.set(true);
        for (Future<?> companion : companions) {
            companion.get();
        }

        for (String service : List.of(fleet.imageMetrics(), fleet.clipMetrics())) {
            Metrics metrics = new Metrics(service);
            metrics.awaitZero("inference_admitted_requests");
            metrics.awaitZero("inference_queue_depth");
            assertThat(metrics.sum(ORPHANED_ROWS, "")).as("rows run for nobody").isZero();
            assertThat(metrics.sum("inference_engine_rows_total", "")).isPositive();
        }
        List<Code> abandoned = List.of(Code.CANCELLED, Code.DEADLINE_EXCEEDED);
        // a service that is full with companions and with runs that are about to leave refuses the next, which is no
        // fault
        assertThat(ends).isSubsetOf(Code.CANCELLED, Code.DEADLINE_EXCEEDED, Code.OK, Code.RESOURCE_EXHAUSTED);
        assertThat(ends.stream().filter(abandoned::contains)).hasSizeGreaterThan(TRIALS / 2);
    }

    /** How a run ends whose client reads some events and then cancels; {@code OK} if there were fewer. */
    private Code cancelAt(int event) {
        CancellableContext context = Context.current().withCancellation();
        try {
            return context.call(() -> {
                Iterator<WorkflowEvent> events =
                        WorkflowServiceGrpc.newBlockingStub(channel).textToImageToText(RUN);
                for (int read = 0; events.hasNext(); read++) {
                    events.next();
                    if (read == event) {
                        context.cancel(null);
                    }
                }
                return Code.OK;
            });
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** How a run ends that has so much time. */
    private Code runFor(int millis) {
        try {
            WorkflowServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(millis, TimeUnit.MILLISECONDS)
                    .textToImageToText(RUN)
                    .forEachRemaining(event -> {});
            return Code.OK;
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode();
        }
    }

    /** Makes pictures until all is over, and leaves in the middle of the last. */
    private void keepCompany() {
        while (!isOver.get()) {
            CancellableContext context = Context.current().withCancellation();
            context.run(() -> {
                Iterator<GenerateImageResponse> responses =
                        ImageServiceGrpc.newBlockingStub(channel).generateImage(COMPANY);
                while (!isOver.get() && responses.hasNext()) {
                    responses.next();
                }
            });
            context.cancel(null);
        }
    }
}
