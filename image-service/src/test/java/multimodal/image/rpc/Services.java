package multimodal.image.rpc;

import java.util.Map;
import multimodal.common.server.CallExecutor;
import multimodal.image.pipeline.EdgeDetection;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.PromptCatalogue;
import multimodal.image.pipeline.PromptCatalogue.Words;
import multimodal.image.pipeline.PromptEnhancer;
import multimodal.image.pipeline.PromptPart.Kind;
import multimodal.image.pipeline.TextToImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.VaryImageRequest;
import multimodal.inference.batching.RequestContext;
import multimodal.inference.error.InferenceException;
import multimodal.media.BoundedDecoder;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/** The service as {@code ImageModule} puts it together, on the executor and the models of a test. */
final class Services {

    static final PromptCatalogue CATALOGUE = new PromptCatalogue(Map.of(
            Kind.STYLE, Map.of("ink", new Words("in ink", "水墨"), "wax", new Words("in wax", "蜡笔")),
            Kind.MOOD, Map.of("calm", new Words("calm", "宁静")),
            Kind.QUALITY, Map.of("b", new Words("fine", "精细"), "a", new Words("sharp", "清晰"))));

    /** Where a model is not steered. */
    static final ControlNets UNCONTROLLED = (model, base, context, onLoading) -> {
        throw InferenceException.notFound("model.name", model.getName(), "no ControlNet here");
    };

    /** Where there is no unCLIP model. */
    static final UnClipModels UNVARIED = (model, base, context, onLoading) -> {
        throw InferenceException.notFound("model.name", model.getName(), "no unCLIP model here");
    };

    private Services() {}

    /** The options of a request. */
    static GenerateImageOptions parse(GenerateImageRequest request, DiffusionModel model, ControlNets networks) {
        return parse(request, model, networks, UNVARIED);
    }

    static GenerateImageOptions parse(
            GenerateImageRequest request, DiffusionModel model, ControlNets networks, UnClipModels unClipModels) {
        try (UsedModels used = used(model, networks, unClipModels)) {
            return ImageRequests.generateImage(request, model, pictures(), used);
        }
    }

    /** The options of a request for variations. */
    static GenerateImageOptions parse(VaryImageRequest request, DiffusionModel model, UnClipModels unClipModels) {
        try (UsedModels used = used(model, UNCONTROLLED, unClipModels)) {
            return ImageRequests.varyImage(request, model, pictures(), used);
        }
    }

    private static UsedModels used(DiffusionModel model, ControlNets networks, UnClipModels unClipModels) {
        return new UsedModels(networks, unClipModels, model.name(), RequestContext.detached(), loading -> {});
    }

    static RequestPictures pictures() {
        return new RequestPictures(new BoundedDecoder(new PictureDecoder(PictureLimits.DEFAULT), 2));
    }

    static ImageGrpcService create(CallExecutor executor, DiffusionModels models) {
        return create(executor, models, UNCONTROLLED);
    }

    static ImageGrpcService create(CallExecutor executor, DiffusionModels models, ControlNets networks) {
        return create(executor, models, networks, UNVARIED);
    }

    static ImageGrpcService create(
            CallExecutor executor, DiffusionModels models, ControlNets networks, UnClipModels unClipModels) {
        return new ImageGrpcService(
                executor,
                models,
                networks,
                unClipModels,
                pictures(),
                new TextToImage(),
                new EdgeDetection(),
                new PromptEnhancer(CATALOGUE));
    }
}
