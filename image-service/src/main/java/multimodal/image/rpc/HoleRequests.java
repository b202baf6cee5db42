package multimodal.image.rpc;

import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Mask;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.media.Picture;

/** The part of a request's picture that is painted anew. */
final class HoleRequests {

    private HoleRequests() {}

    /** The hole of a request; empty if it has none, or if there was a violation. */
    static Optional<Hole> hole(
            GenerateImageRequest request,
            DiffusionModel model,
            Optional<InitImage> init,
            int width,
            int height,
            RequestPictures pictures,
            Violations violations) {
        if (!request.hasMask()) {
            violations.require(
                    !request.hasPreserveUnmasked(),
                    "preserve_unmasked",
                    request.getPreserveUnmasked(),
                    "unset without mask");
            violations.require(
                    request.getPipeline() != ImagePipeline.IMAGE_PIPELINE_INPAINTING,
                    "mask",
                    "unset",
                    "a picture for IMAGE_PIPELINE_INPAINTING");
            return Optional.empty();
        }
        violations.require(model.inpaints(), "mask", "set", "unset: model %s does not inpaint".formatted(model.name()));
        violations.require(request.hasInitImage(), "init_image", "unset", "the picture around the mask");
        Optional<Picture> mask = pictures.readOfSize("mask", request.getMask(), width, height, violations);
        boolean preserves = !request.hasPreserveUnmasked() || request.getPreserveUnmasked();
        return init.map(InitImage::picture)
                .filter(picture ->
                        RequestPictures.requireSize("init_image", picture, width, height, ", with a mask", violations))
                .flatMap(picture -> mask.map(found -> new Hole(picture, Mask.of(found), preserves)));
    }
}
