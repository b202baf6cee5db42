package multimodal.image.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.time.Duration;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.server.CallExecutor;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.ImageResult;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.rpc.InferenceStatuses;
import multimodal.inference.rpc.RequestContexts;

/** {@code multimodal.image.v1.ImageService}: parse, call one pipeline, render. */
@GrpcService
public class ImageGrpcService extends ImageServiceGrpc.ImageServiceImplBase {

    private final CallExecutor executor;
    private final DiffusionModels models;
    private final TextToImage textToImage;

    /** @param executor bounded: what it rejects is answered with {@code RESOURCE_EXHAUSTED} */
    @Inject
    public ImageGrpcService(CallExecutor executor, DiffusionModels models, TextToImage textToImage) {
        this.executor = executor;
        this.models = models;
        this.textToImage = textToImage;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
        long arrival = System.nanoTime();
        StreamWriter<GenerateImageResponse> writer = StreamWriter.of(observer, InferenceStatuses::of);
        writer.run(executor, call -> {
            ImageRequests.requireImplemented(request);
            RequestContext context = RequestContexts.current();
            try (DiffusionModel model =
                    models.find(request.getModel(), context, loading -> call.offer(ImageResponses.loading(loading)))) {
                GenerateImageOptions options = ImageRequests.generateImage(request, model);
                ImageResult result = textToImage.generate(
                        model,
                        options,
                        context,
                        progress -> call.offer(ImageResponses.progress(progress, since(arrival))));
                call.sendLast(ImageResponses.result(options, result, since(arrival)));
            }
        });
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
