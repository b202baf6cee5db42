package multimodal.image.rpc;

import multimodal.common.server.CallExecutor;
import multimodal.image.pipeline.EdgeDetection;
import multimodal.image.pipeline.TextToImage;
import multimodal.media.BoundedDecoder;
import multimodal.media.PictureDecoder;
import multimodal.media.PictureLimits;

/** The service as {@code ImageModule} puts it together, on the executor and the models of a test. */
final class Services {

    private Services() {}

    static ImageGrpcService create(CallExecutor executor, DiffusionModels models) {
        BoundedDecoder decoder = new BoundedDecoder(new PictureDecoder(PictureLimits.DEFAULT), 2);
        return new ImageGrpcService(
                executor, models, new RequestPictures(decoder), new TextToImage(), new EdgeDetection());
    }
}
