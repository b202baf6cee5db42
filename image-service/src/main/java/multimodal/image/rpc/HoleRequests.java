package multimodal.image.rpc;

import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.CropRegion;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.steps.Mask;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.media.Picture;

/** The part of a request's picture that is painted anew. */
final class HoleRequests {

    private static final int MAX_PADDING_MASK_CROP = 256;

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
                    !request.hasPaddingMaskCrop(),
                    "padding_mask_crop",
                    request.getPaddingMaskCrop(),
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
        violations.require(
                preserves || !request.hasPaddingMaskCrop(), "preserve_unmasked", false, "unset with padding_mask_crop");
        boolean isPadding =
                violations.requireRange("padding_mask_crop", request.getPaddingMaskCrop(), 0, MAX_PADDING_MASK_CROP);
        Optional<Picture> around = init.map(InitImage::picture)
                .filter(picture ->
                        RequestPictures.requireSize("init_image", picture, width, height, ", with a mask", violations));
        if (around.isEmpty() || mask.isEmpty() || !isPadding) {
            return Optional.empty();
        }
        Mask painted = Mask.of(mask.get());
        return request.hasPaddingMaskCrop()
                ? enlarged(around.get(), painted, request.getPaddingMaskCrop(), violations)
                : Optional.of(new Hole(around.get(), painted, preserves));
    }

    private static Optional<Hole> enlarged(Picture picture, Mask mask, int padding, Violations violations) {
        Optional<CropRegion> region = CropRegion.around(mask, padding);
        violations.require(region.isPresent(), "mask", "black everywhere", "white somewhere, with padding_mask_crop");
        return region.map(part -> Hole.within(part, picture, mask));
    }
}
