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

    private Services() {}

    /** The options of a request. */
    static GenerateImageOptions parse(GenerateImageRequest request, DiffusionModel model, ControlNets networks) {
        RequestContext context = RequestContext.detached();
        try (UsedControlNets used = new UsedControlNets(networks, model.name(), context, loading -> {})) {
            return ImageRequests.generateImage(request, model, pictures(), used);
        }
    }

    static RequestPictures pictures() {
        return new RequestPictures(new BoundedDecoder(new PictureDecoder(PictureLimits.DEFAULT), 2));
    }

    static ImageGrpcService create(CallExecutor executor, DiffusionModels models) {
        return create(executor, models, UNCONTROLLED);
    }

    static ImageGrpcService create(CallExecutor executor, DiffusionModels models, ControlNets networks) {
        return new ImageGrpcService(
                executor,
                models,
                networks,
                pictures(),
                new TextToImage(),
                new EdgeDetection(),
                new PromptEnhancer(CATALOGUE));
    }
}
