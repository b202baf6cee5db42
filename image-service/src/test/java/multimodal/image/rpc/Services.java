package multimodal.image.rpc;

import multimodal.common.server.CallExecutor;
import multimodal.image.pipeline.EdgeDetection;
import multimodal.image.pipeline.GenerateImageOptions;
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
        ControlNets none = (model, base, context, onLoading) -> {
            throw InferenceException.notFound("model.name", model.getName(), "no ControlNet here");
        };
        return new ImageGrpcService(executor, models, none, pictures(), new TextToImage(), new EdgeDetection());
    }
}
