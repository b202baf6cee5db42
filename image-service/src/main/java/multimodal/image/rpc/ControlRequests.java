package multimodal.image.rpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import multimodal.common.rpc.Violations;
import multimodal.common.v1.ModelRef;
import multimodal.image.steps.Control;
import multimodal.image.steps.ControlNet;
import multimodal.image.steps.Controls;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.v1.ControlImage;
import multimodal.image.v1.ControlKind;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.media.Picture;

/**
 * The controls of one request: checked with the rest of it, and then joined with their ControlNets.
 *
 * @param images as the request has them
 * @param pictures decoded, one for each of {@code images}
 */
record ControlRequests(List<ControlImage> images, List<Picture> pictures, boolean guessMode) {

    private static final int MAX_CONTROLS = 4;
    private static final double WHOLE = 1;

    /** What a request asks of ControlNets, with a violation for each fault. */
    static ControlRequests parse(
            GenerateImageRequest request,
            DiffusionModel model,
            int width,
            int height,
            RequestPictures pictures,
            Violations violations) {
        List<ControlImage> images = request.getControlImagesList();
        List<Picture> decoded = new ArrayList<>();
        violations.require(
                !request.getGuessMode() || !images.isEmpty(), "guess_mode", true, "unset without control_images");
        if (images.isEmpty()) {
            violations.require(
                    request.getPipeline() != ImagePipeline.IMAGE_PIPELINE_CONTROL,
                    "control_images",
                    "unset",
                    "at least 1 for IMAGE_PIPELINE_CONTROL");
            return new ControlRequests(images, decoded, false);
        }
        violations.require(
                request.getPipeline() != ImagePipeline.IMAGE_PIPELINE_TEXT_TO_IMAGE,
                "control_images",
                "set",
                "unset for IMAGE_PIPELINE_TEXT_TO_IMAGE");
        violations.require(
                model.isControllable(), "control_images", "set", "unset: no ControlNet steers " + model.name());
        if (violations.require(
                images.size() <= MAX_CONTROLS, "control_images", images.size() + " items", "at most " + MAX_CONTROLS)) {
            for (int index = 0; index < images.size(); index++) {
                String field = field(index);
                check(field, images.get(index), violations);
                pictures.readOfSize(field + ".image", images.get(index).getImage(), width, height, violations)
                        .ifPresent(decoded::add);
            }
        }
        return new ControlRequests(images, decoded, request.getGuessMode());
    }

    private static void check(String field, ControlImage image, Violations violations) {
        violations.require(
                image.getKind() == ControlKind.CONTROL_KIND_CANNY,
                field + ".kind",
                image.getKind(),
                "CONTROL_KIND_CANNY");
        violations.requireRange(field + ".scale", scale(image), 0, Control.MAX_SCALE);
        double end = end(image);
        violations.require(end > 0 && end <= WHOLE, field + ".end", end, "finite, above 0 to 1");
        violations.require(
                image.getStart() >= 0 && !(image.getStart() >= end),
                field + ".start",
                image.getStart(),
                "finite, 0 to below end");
    }

    /**
     * The controls, each with its ControlNet, which {@code used} keeps in use.
     *
     * @param cut the part of the picture that is painted, if not the whole
     */
    Controls join(UsedModels used, Optional<Hole.Cut> cut) {
        List<Control> controls = new ArrayList<>();
        for (int index = 0; index < images.size(); index++) {
            ControlImage image = images.get(index);
            Optional<ModelRef> named = image.hasModel() ? Optional.of(image.getModel()) : Optional.empty();
            ControlNet network = used.controlNet(field(index), named);
            Picture whole = pictures.get(index);
            Picture picture = cut.map(part -> part.region().enlarged(whole)).orElse(whole);
            controls.add(new Control(network, picture, scale(image), image.getStart(), end(image)));
        }
        return new Controls(controls, guessMode);
    }

    private static float scale(ControlImage image) {
        return image.hasScale() ? image.getScale() : 1;
    }

    private static double end(ControlImage image) {
        return image.hasEnd() ? image.getEnd() : WHOLE;
    }

    private static String field(int index) {
        return "control_images[%d]".formatted(index);
    }
}
