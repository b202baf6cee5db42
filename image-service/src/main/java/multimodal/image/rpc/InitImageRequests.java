package multimodal.image.rpc;

import java.util.Optional;
import java.util.function.UnaryOperator;
import multimodal.common.rpc.Violations;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.media.Picture;

/** The picture that a request starts from, and how far it goes from there. */
final class InitImageRequests {

    private static final float DEFAULT_STRENGTH = 0.8f;
    private static final float DEFAULT_STRENGTH_OF_HOLES = 1;

    private InitImageRequests() {}

    /**
     * The init image of a request; empty if it has none, or if there was a violation.
     *
     * @param fit makes a picture the size that is asked for
     */
    static Optional<InitImage> init(
            GenerateImageRequest request,
            DiffusionModel model,
            RequestPictures pictures,
            UnaryOperator<Picture> fit,
            Violations violations) {
        float usual = request.hasMask() ? DEFAULT_STRENGTH_OF_HOLES : DEFAULT_STRENGTH;
        float strength = request.hasStrength() ? request.getStrength() : usual;
        boolean isStrength = violations.requireRange("strength", strength, 0, 1);
        if (!request.hasInitImage()) {
            violations.require(!request.hasStrength(), "strength", "set", "unset without init_image");
            violations.require(
                    request.getPipeline() != ImagePipeline.IMAGE_PIPELINE_IMAGE_TO_IMAGE,
                    "init_image",
                    "unset",
                    "a picture for IMAGE_PIPELINE_IMAGE_TO_IMAGE");
            return Optional.empty();
        }
        violations.require(
                request.getPipeline() != ImagePipeline.IMAGE_PIPELINE_TEXT_TO_IMAGE,
                "init_image",
                "set",
                "unset for IMAGE_PIPELINE_TEXT_TO_IMAGE");
        violations.require(
                model.readsPictures(),
                "init_image",
                "set",
                "unset, as model %s has no encoder".formatted(model.manifest().id()));
        Optional<Picture> picture =
                pictures.read("init_image", request.getInitImage(), violations, read -> Optional.of(fit.apply(read)));
        return isStrength ? picture.map(found -> new InitImage(found, strength)) : Optional.empty();
    }
}
