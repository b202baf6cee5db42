package multimodal.image.rpc;

import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import multimodal.common.rpc.CheckedRequests;
import multimodal.common.rpc.StreamWriter;
import multimodal.common.rpc.Violations;
import multimodal.common.server.CallExecutor;
import multimodal.common.v1.ModelRef;
import multimodal.image.pipeline.EdgeDetection;
import multimodal.image.pipeline.EnhancePromptOptions;
import multimodal.image.pipeline.EnhancedPrompt;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.ImageResult;
import multimodal.image.pipeline.PromptEnhancer;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.rpc.ImageResponses.Stream;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.DetectEdgesRequest;
import multimodal.image.v1.DetectEdgesResponse;
import multimodal.image.v1.EnhancePromptRequest;
import multimodal.image.v1.EnhancePromptResponse;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.GenerateImageResponse;
import multimodal.image.v1.ImageServiceGrpc;
import multimodal.image.v1.VaryImageRequest;
import multimodal.image.v1.VaryImageResponse;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.repository.ModelId;
import multimodal.inference.rpc.GenAiSpans;
import multimodal.inference.rpc.GenAiSpans.Operation;
import multimodal.inference.rpc.InferenceStatuses;
import multimodal.inference.rpc.ModelMessages;
import multimodal.inference.rpc.RequestContexts;
import multimodal.media.EdgeOptions;

/** {@code multimodal.image.v1.ImageService}: parse, call one pipeline, render. */
@GrpcService
public class ImageGrpcService extends ImageServiceGrpc.ImageServiceImplBase {

    private final CallExecutor executor;
    private final DiffusionModels models;
    private final ControlNets controlNets;
    private final UnClipModels unClipModels;
    private final RequestPictures pictures;
    private final TextToImage textToImage;
    private final EdgeDetection edgeDetection;
    private final PromptEnhancer promptEnhancer;

    /** @param executor bounded: what it rejects is answered with {@code RESOURCE_EXHAUSTED} */
    @Inject
    public ImageGrpcService(
            CallExecutor executor,
            DiffusionModels models,
            ControlNets controlNets,
            UnClipModels unClipModels,
            RequestPictures pictures,
            TextToImage textToImage,
            EdgeDetection edgeDetection,
            PromptEnhancer promptEnhancer) {
        this.executor = executor;
        this.models = models;
        this.controlNets = controlNets;
        this.unClipModels = unClipModels;
        this.pictures = pictures;
        this.textToImage = textToImage;
        this.edgeDetection = edgeDetection;
        this.promptEnhancer = promptEnhancer;
    }

    @Override
    public ServerServiceDefinition bindService() {
        return CheckedRequests.of(super.bindService());
    }

    @Override
    public void generateImage(GenerateImageRequest request, StreamObserver<GenerateImageResponse> observer) {
        paint(
                request.getModel(),
                (model, used) -> ImageRequests.generateImage(request, model, pictures, used),
                Stream.GENERATED,
                observer);
    }

    @Override
    public void varyImage(VaryImageRequest request, StreamObserver<VaryImageResponse> observer) {
        paint(
                request.getModel(),
                (model, used) -> ImageRequests.varyImage(request, model, pictures, used),
                Stream.VARIED,
                observer);
    }

    /** Makes the pictures that {@code parse} reads out of a request which names {@code named}. */
    private <T> void paint(
            ModelRef named,
            BiFunction<DiffusionModel, UsedModels, GenerateImageOptions> parse,
            Stream<T> stream,
            StreamObserver<T> observer) {
        long arrival = System.nanoTime();
        StreamWriter<T> writer = StreamWriter.of(observer, InferenceStatuses::of);
        writer.run(executor, call -> {
            RequestContext context = RequestContexts.current();
            Consumer<ModelId> onLoading = loading -> call.offer(stream.loading().apply(ModelMessages.loading(loading)));
            GenAiSpans.asked(context, Operation.GENERATE_IMAGE, named);
            try (DiffusionModel model = models.find(named, context, onLoading);
                    UsedModels used = new UsedModels(controlNets, unClipModels, model.name(), context, onLoading)) {
                GenAiSpans.answered(context, named, model.manifest().id());
                GenerateImageOptions options = parse.apply(model, used);
                ProgressPace pace = new ProgressPace(System::nanoTime);
                ImageResult result = textToImage.generate(model, options, context, progress -> {
                    if (pace.isDue(progress)) {
                        call.offer(stream.progress().apply(ImageResponses.progress(progress, since(arrival))));
                    }
                });
                call.sendLast(stream.result().apply(ImageResponses.result(options, result, since(arrival))));
            }
        });
    }

    @Override
    public void detectEdges(DetectEdgesRequest request, StreamObserver<DetectEdgesResponse> observer) {
        StreamWriter<DetectEdgesResponse> writer = StreamWriter.of(observer, InferenceStatuses::of);
        writer.run(executor, call -> {
            Violations violations = new Violations();
            Optional<EdgeOptions> options = EdgeRequests.options(request, violations);
            Optional<byte[]> edges = pictures.read(
                    "image",
                    request.getImage(),
                    violations,
                    picture -> options.map(chosen -> edgeDetection.detect(picture, chosen)));
            violations.throwIfAny();
            call.sendLast(ImageResponses.edges(options.orElseThrow(), edges.orElseThrow()));
        });
    }

    @Override
    public void enhancePrompt(EnhancePromptRequest request, StreamObserver<EnhancePromptResponse> observer) {
        StreamWriter<EnhancePromptResponse> writer = StreamWriter.of(observer, InferenceStatuses::of);
        writer.run(executor, call -> {
            EnhancePromptOptions options = PromptRequests.options(request, promptEnhancer.catalogue());
            try (DiffusionModel model = models.find(request.getModel(), RequestContexts.current(), loading -> {})) {
                EnhancedPrompt enhanced = promptEnhancer.enhance(model, options);
                call.sendLast(ImageResponses.enhanced(model, options.language(), enhanced));
            }
        });
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
