package multimodal.image.rpc;

import static multimodal.image.pipeline.GenerateImageOptions.MAX_GUIDANCE_SCALE;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_IMAGES;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_PROMPT_CHARACTERS;
import static multimodal.image.pipeline.GenerateImageOptions.MAX_STEPS;

import io.grpc.Status.Code;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import multimodal.common.rpc.Statuses;
import multimodal.common.rpc.Violations;
import multimodal.image.pipeline.GenerateImageOptions;
import multimodal.image.pipeline.InitImage;
import multimodal.image.steps.DiffusionModel;
import multimodal.image.steps.Hole;
import multimodal.image.v1.GenerateImageRequest;
import multimodal.image.v1.ImagePipeline;
import multimodal.inference.diffusion.ClassifierFreeGuidance;
import multimodal.inference.diffusion.SchedulerChoice;
import multimodal.media.PictureScaler;

/** Requests to options: defaults filled in from the model, and every violation told at once. */
final class ImageRequests {

    private static final Set<ImagePipeline> IMPLEMENTED = EnumSet.of(
            ImagePipeline.IMAGE_PIPELINE_UNSPECIFIED,
            ImagePipeline.IMAGE_PIPELINE_TEXT_TO_IMAGE,
            ImagePipeline.IMAGE_PIPELINE_IMAGE_TO_IMAGE,
            ImagePipeline.IMAGE_PIPELINE_CONTROL,
            ImagePipeline.IMAGE_PIPELINE_INPAINTING);

    private static final SecureRandom SEEDS = new SecureRandom();

    private ImageRequests() {}

    /**
     * Refuses what the API has designed for later.
     *
     * @throws io.grpc.StatusRuntimeException {@code UNIMPLEMENTED} naming each such field
     */
    static void requireImplemented(GenerateImageRequest request) {
        List<String> fields = new ArrayList<>();
        ImagePipeline pipeline = request.getPipeline();
        addIf(!IMPLEMENTED.contains(pipeline), "pipeline", fields);
        addIf(request.hasImageEmbedding(), "image_embedding", fields);
        if (!fields.isEmpty()) {
            throw Statuses.of(
                    Code.UNIMPLEMENTED,
                    String.join(", ", fields) + ": set (expected: unset, this version knows no image embeddings)");
        }
    }

    private static void addIf(boolean isSet, String field, List<String> fields) {
        if (isSet) {
            fields.add(field);
        }
    }

    /**
     * The options of a request whose fields are all implemented.
     *
     * @param networks keeps what the request uses
     * @throws io.grpc.StatusRuntimeException {@code INVALID_ARGUMENT} with every violation
     */
    static GenerateImageOptions generateImage(
            GenerateImageRequest request, DiffusionModel model, RequestPictures pictures, UsedControlNets networks) {
        int steps = request.hasSteps() ? request.getSteps() : model.defaultSteps();
        float guidanceScale = request.hasGuidanceScale() ? request.getGuidanceScale() : model.defaultGuidanceScale();
        int width = request.hasWidth() ? request.getWidth() : model.size().byDefault();
        int height = request.hasHeight() ? request.getHeight() : model.size().byDefault();
        int imageCount = request.hasImageCount() ? request.getImageCount() : 1;

        Violations violations = new Violations();
        if (request.getGuessMode()) {
            violations.requireLength("prompt", request.getPrompt(), MAX_PROMPT_CHARACTERS);
        } else {
            violations.requireText("prompt", request.getPrompt(), MAX_PROMPT_CHARACTERS);
        }
        violations.requireLength("negative_prompt", request.getNegativePrompt(), MAX_PROMPT_CHARACTERS);
        violations.requireRange("steps", steps, 1, MAX_STEPS);
        violations.requireRange("guidance_scale", guidanceScale, 0, MAX_GUIDANCE_SCALE);
        boolean hasSize = violations.require(
                        model.size().allows(width), "width", width, model.size().rule())
                & violations.require(
                        model.size().allows(height),
                        "height",
                        height,
                        model.size().rule());
        violations.requireRange("image_count", imageCount, 1, MAX_IMAGES);
        violations.requireRange("preview_interval", request.getPreviewInterval(), 0, MAX_STEPS);
        Optional<SchedulerChoice> scheduler = SchedulerRequests.scheduler(
                request.getScheduler(), model.scheduler().choice(), violations);
        Optional<InitImage> init = InitImageRequests.init(
                request,
                model,
                pictures,
                picture -> hasSize && !request.hasMask() ? PictureScaler.resize(picture, width, height) : picture,
                violations);
        Optional<Hole> hole = HoleRequests.hole(request, model, init, width, height, pictures, violations);
        ControlRequests controls = ControlRequests.parse(request, model, width, height, pictures, violations);
        violations.throwIfAny();

        return new GenerateImageOptions(
                request.getPrompt(),
                request.getNegativePrompt(),
                steps,
                new ClassifierFreeGuidance(guidanceScale),
                request.hasSeed() ? request.getSeed() : drawSeed(),
                width,
                height,
                imageCount,
                request.getPreviewInterval(),
                scheduler.orElseThrow(),
                init.map(start -> hole.map(part -> start.with(part.picture())).orElse(start)),
                controls.join(networks, hole.flatMap(Hole::cut)),
                hole);
    }

    /** As many bits as count, so that a person can type it again. */
    private static long drawSeed() {
        return Integer.toUnsignedLong(SEEDS.nextInt());
    }
}
