package multimodal.gateway.testing;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.v1.GenerationInfo;
import multimodal.common.v1.Image;
import multimodal.common.v1.ModelLoading;
import multimodal.common.v1.ModelRef;
import multimodal.common.v1.Progress;
import multimodal.image.v1.GenerateImageProgress;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.GenerateImageResult;
import multimodal.image.v1.GeneratedImage;
import multimodal.image.v1.ImageServiceGrpc;

/** Makes no pictures, but keeps to the contract; a test can slow it, make it fail, and see what reached it. */
public final class FakeImageService extends ImageServiceGrpc.ImageServiceImplBase {
    /** The picture that comes back. */
    public static final Image PICTURE = Image.newBuilder()
            .setData(ByteString.copyFromUtf8("picture"))
            .setMediaType("image/png")
            .build();

    /** The model that makes it. */
    public static final ModelRef MODEL =
            ModelRef.newBuilder().setName("fake-diffusion").setVersion("1").build();

    /** Errors that the next calls answer, one each, before calls succeed again. */
    public final LinkedBlockingQueue<StatusRuntimeException> failures = new LinkedBlockingQueue<>();

    /** Errors that break the next calls off after their first step, one each. */
    public final LinkedBlockingQueue<StatusRuntimeException> lateFailures = new LinkedBlockingQueue<>();

    /** Requests that came. */
    public final List<GenerateImageRequest> requests = new CopyOnWriteArrayList<>();

    /** Done when a call is cancelled. */
    public final CompletableFuture<Void> cancelled = new CompletableFuture<>();

    /** The deadline of the last call. */
    public final CompletableFuture<Deadline> deadline = new CompletableFuture<>();

    /** The thread of the last call. */
    public final CompletableFuture<Thread> worker = new CompletableFuture<>();

    /** Steps that were sent. */
    public final AtomicInteger stepsSent = new AtomicInteger();

    /** A permit for each step; plenty unless a test takes them. */
    public final Semaphore steps = new Semaphore(Integer.MAX_VALUE / 2);

    /** Bytes of each preview. */
    public volatile int previewBytes = 10;

    /** Whether calls wait for the model to be loaded first. */
    public volatile boolean isLoading;

    /** Pictures of the result. */
    public volatile int pictureCount = 1;

    private final ExecutorService executor = Executors.newCachedThreadPool();

    @Override
    public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
        requests.add(request);
        StreamWriter<GenerateImageResponse> writer = StreamWriter.of(observer);
        writer.onCancel(() -> {
            cancelled.complete(null);
            steps.release();
        });
        if (Context.current().getDeadline() != null) {
            deadline.complete(Context.current().getDeadline());
        }
        writer.run(executor, stream -> answer(request, stream));
    }

    private void answer(GenerateImageRequest request, StreamWriter<GenerateImageResponse> stream)
            throws InterruptedException {
        worker.complete(Thread.currentThread());
        throwFirst(failures);
        if (isLoading) {
            stream.send(GenerateImageResponse.newBuilder()
                    .setLoading(ModelLoading.newBuilder().setModel(MODEL))
                    .build());
        }
        int stepCount = request.hasSteps() ? request.getSteps() : 4;
        for (int step = 1; step <= stepCount; step++) {
            steps.acquire();
            stream.send(progress(step, stepCount));
            stepsSent.incrementAndGet();
            throwFirst(lateFailures);
        }
        stream.send(result());
    }

    private static void throwFirst(Queue<StatusRuntimeException> failures) {
        StatusRuntimeException failure = failures.poll();
        if (failure != null) {
            throw failure;
        }
    }

    private GenerateImageResponse progress(int step, int stepCount) {
        return GenerateImageResponse.newBuilder()
                .setProgress(GenerateImageProgress.newBuilder()
                        .setProgress(Progress.newBuilder().setStep(step).setStepCount(stepCount))
                        .addPreviews(Image.newBuilder().setData(ByteString.copyFrom(new byte[previewBytes]))))
                .build();
    }

    private GenerateImageResponse result() {
        GenerateImageResult.Builder result = GenerateImageResult.newBuilder()
                .setInfo(GenerationInfo.newBuilder().setModel(MODEL).setSeed(42));
        for (int i = 0; i < pictureCount; i++) {
            result.addImages(GeneratedImage.newBuilder().setImage(PICTURE).setSeed(42 + i));
        }
        return GenerateImageResponse.newBuilder().setResult(result).build();
    }
}
